using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core.Tests;

/// <summary>The forward passes of other systems, step by step as they compute them, on weights under their own names.</summary>
internal sealed class LegacyModels(Dictionary<string, Tensor> weights)
{
    /// <summary>VachanVY's: SELU in the time MLP and before the final modulation, scale before shift, exact GELU.</summary>
    public Tensor Vachan(Tensor x, Tensor t, Tensor y, int heads, int depth, int patch)
    {
        var width = weights["patch_ops.patch_proj.weight"].shape[0];
        var tokens = functional.conv2d(x, weights["patch_ops.patch_proj.weight"], weights["patch_ops.patch_proj.bias"], strides: [patch, patch]).flatten(2).transpose(1, 2);
        tokens = tokens + weights["positional_embeddings"];
        var time = Linear("time_embed.mlp.2", functional.selu(Linear("time_embed.mlp.0", Sinusoids(t, (int)width / 2, ends: false, sinesFirst: false))));
        var c = time + weights["label_embed.label_embed.weight"].index_select(0, y);
        for (var i = 0; i < depth; i++)
        {
            var b = $"blocks.{i}.";
            var m = Linear(b + "scale_shift_scale.1", functional.silu(c)).unsqueeze(1).chunk(6, dim: 2);
            var (scale1, shift1, gate1, scale2, shift2, gate2) = (m[0], m[1], m[2], m[3], m[4], m[5]);
            var h = Norm(tokens, 1e-6) * (1 + scale1) + shift1;
            var attended = Attention(Linear(b + "att.wq", h), Linear(b + "att.wk", h), Linear(b + "att.wv", h), heads, Math.Sqrt(width / heads));
            tokens = tokens + gate1 * Linear(b + "att.w", attended);
            h = Norm(tokens, 1e-6) * (1 + scale2) + shift2;
            var hidden = Linear(b + "pointwise_ffn.layers.0", h);
            tokens = tokens + gate2 * Linear(b + "pointwise_ffn.layers.3", hidden * 0.5 * (1 + (hidden / Math.Sqrt(2)).erf()));
        }
        var last = Linear("norm_linear.shift_scale.1", functional.selu(c)).unsqueeze(1).chunk(2, dim: 2);
        return Unpatchify(Linear("norm_linear.linear", Norm(tokens, 1e-6) * (1 + last[0]) + last[1]), patch, channelFastest: true);
    }

    /// <summary>Just-a-DiT's: norms of one gain, registers after the patches; modulate(x, scale, shift) is called with shift and scale in the wrong order.</summary>
    public Tensor JustADit(Tensor x, Tensor t, Tensor y, bool later, int heads, int depth, int patch)
    {
        var width = weights["x_embedder.proj.weight"].shape[0];
        var tokens = functional.conv2d(x, weights["x_embedder.proj.weight"], weights["x_embedder.proj.bias"], strides: [patch, patch]).flatten(2).transpose(1, 2);
        var count = tokens.shape[1];
        tokens = cat([tokens + weights["pos_embed"], weights["register_tokens"].expand(x.shape[0], -1, -1)], dim: 1);
        var time = Linear("t_embedder.mlp.2", functional.silu(Linear("t_embedder.mlp.0", Sinusoids(t, 256, ends: false, sinesFirst: false))));
        var c = functional.silu(time + weights["y_embedder.embedding.weight"].index_select(0, y));
        for (var i = 0; i < depth; i++)
        {
            var b = $"blocks.{i}.";
            var m = Linear(b + "adaLN_modulation.1", c).unsqueeze(1).chunk(6, dim: 2);                 // named shift, scale, gate, twice
            var h = later ? Gain(tokens, b + "norm1.g") * (1 + m[1]) + m[0] : Gain(tokens, b + "norm1.g") * (1 + m[0]) + m[1];
            var qkv = Linear(b + "attn.qkv", h).chunk(3, dim: 2);
            var attended = later
                ? Attention(GainPerHead(qkv[0], heads, b + "attn.q_norm.g"), GainPerHead(qkv[1], heads, b + "attn.k_norm.g"), qkv[2], heads, Math.Sqrt(width / heads))
                : Attention(qkv[0], qkv[1], qkv[2], heads, Math.Sqrt(width / heads));
            tokens = tokens + m[2] * Linear(b + "attn.proj", attended);
            h = later ? Gain(tokens, b + "norm2.g") * (1 + m[4]) + m[3] : Gain(tokens, b + "norm2.g") * (1 + m[3]) + m[4];
            var u = Linear(b + "mlp.fc1", h);
            u = 0.5 * u * (1 + (Math.Sqrt(2 / Math.PI) * (u + 0.044715 * u.pow(3))).tanh());
            tokens = tokens + m[5] * Linear(b + "mlp.fc2", u);
        }
        var last = Linear("final_layer.adaLN_modulation.1", c).unsqueeze(1).chunk(2, dim: 2);
        return Unpatchify(Linear("final_layer.linear", Gain(tokens.narrow(1, 0, count), "final_layer.norm_final.g") * (1 + last[0]) + last[1]), patch, channelFastest: true);
    }

    public Tensor Panda(Tensor x, Tensor t, Tensor y, int depth, int patch)
    {
        var time = Linear("time_emb.0.mlp.2", functional.relu(Linear("time_emb.0.mlp.0", Sinusoids(t, 256, ends: false, sinesFirst: false))));
        time = Linear("time_emb.3", functional.relu(Linear("time_emb.1", time)));
        return Pandas(x, time, y, depth, patch, "position_emb", "model_list", ["gama_emb", "beita_emb", "alfa_emb"], "_", ["q_emb", "k_emb", "v_emb"], "linear_back", "feed_forward", "ln_", true);
    }

    public Tensor Owen(Tensor x, Tensor t, Tensor y, int depth, int patch)
    {
        var time = Linear("time_emb.3", functional.relu(Linear("time_emb.1", Sinusoids(t, (int)weights["time_emb.1.weight"].shape[1], ends: true, sinesFirst: true))));
        return Pandas(x, time, y, depth, patch, "patch_pos_emb", "dits", ["gamma", "beta", "alpha"], "", ["wq", "wk", "wv"], "lv", "ff", "ln", false);
    }

    /// <summary>Scores over the root of the number of tokens, affine norms, conditioning without activation, heads as wide as a token.</summary>
    private Tensor Pandas(Tensor x, Tensor time, Tensor y, int depth, int patch, string positions, string blocks, string[] modulation, string separator, string[] qkv,
        string back, string mlp, string norm, bool channelFastest)
    {
        var c = weights["label_emb.weight"].index_select(0, y) + time;
        var conv = functional.conv2d(x, weights["conv.weight"], weights["conv.bias"], strides: [patch, patch]).permute(0, 2, 3, 1).flatten(1, 2);
        var tokens = Linear("patch_emb", conv) + weights[positions];
        var (count, width) = (tokens.shape[1], tokens.shape[2]);
        for (var i = 0; i < depth; i++)
        {
            var b = $"{blocks}.{i}.";
            Tensor Of(int part, int half) => Linear($"{b}{modulation[part]}{separator}{half}", c).unsqueeze(1);
            var h = Affine(b + norm + "1", tokens) * (1 + Of(0, 1)) + Of(1, 1);
            var q = Linear(b + qkv[0], h);
            var attended = Attention(q, Linear(b + qkv[1], h), Linear(b + qkv[2], h), (int)(q.shape[2] / width), Math.Sqrt(count));
            tokens = tokens + Of(2, 1) * Linear(b + back, attended);
            h = Affine(b + norm + "2", tokens) * (1 + Of(0, 2)) + Of(1, 2);
            tokens = tokens + Of(2, 2) * Linear($"{b}{mlp}.2", functional.relu(Linear($"{b}{mlp}.0", h)));
        }
        return Unpatchify(Linear("linear", Affine("ln", tokens)), patch, channelFastest);
    }

    private Tensor Linear(string name, Tensor x) => x.matmul(weights[name + ".weight"].t()) + weights[name + ".bias"];

    private Tensor Affine(string name, Tensor x) => Norm(x, 1e-5) * weights[name + ".weight"] + weights[name + ".bias"];

    private Tensor Gain(Tensor x, string name) => x / x.square().sum(dim: -1, keepdim: true).sqrt() * Math.Sqrt(x.shape[^1]) * weights[name];

    private Tensor GainPerHead(Tensor x, int heads, string name) => Gain(x.unflatten(2, heads, -1), name).flatten(2);

    private static Tensor Norm(Tensor x, double epsilon)
    {
        var centred = x - x.mean([-1], keepdim: true);
        return centred / (centred.square().mean([-1], keepdim: true) + epsilon).sqrt();
    }

    private static Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, double root)
    {
        Tensor Heads(Tensor x) => x.unflatten(2, heads, -1).transpose(1, 2);
        return (Heads(q).matmul(Heads(k).transpose(-2, -1)) / root).softmax(-1).matmul(Heads(v)).transpose(1, 2).flatten(2);
    }

    private static Tensor Sinusoids(Tensor t, int width, bool ends, bool sinesFirst)
    {
        var half = width / 2;
        var frequencies = (arange(half, float32) * -Math.Log(10_000) / (ends ? half - 1 : half)).exp();
        var angles = t.to(float32).unsqueeze(1) * frequencies;
        return sinesFirst ? cat([angles.sin(), angles.cos()], dim: 1) : cat([angles.cos(), angles.sin()], dim: 1);
    }

    private static Tensor Unpatchify(Tensor patches, int p, bool channelFastest)
    {
        var side = (int)Math.Sqrt(patches.shape[1]);
        var grid = channelFastest
            ? patches.view(patches.shape[0], side, side, p, p, -1).permute(0, 5, 1, 3, 2, 4)
            : patches.view(patches.shape[0], side, side, -1, p, p).permute(0, 3, 1, 4, 2, 5);
        return grid.reshape(patches.shape[0], -1, side * p, side * p);
    }
}
