using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The reference of each fused operator: the same mathematics as a composition of TorchSharp calls.</summary>
internal static class PlainOps
{
    internal static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var product = x.matmul(weight.t());                                            // [..., N]
        return (bias is null ? product : product + bias).MoveToOuterDisposeScope();
    }

    internal static Tensor Gelu(Tensor x)
    {
        using var scope = NewDisposeScope();
        var u = Math.Sqrt(2 / Math.PI) * (x + 0.044715 * (x * x * x));
        return (0.5 * x * (1 + u.tanh())).MoveToOuterDisposeScope();
    }

    internal static Tensor ModulatedNorm(Tensor x, Tensor shift, Tensor scale, double eps)
    {
        using var scope = NewDisposeScope();
        var normed = nn.functional.layer_norm(x, [x.shape[^1]], eps: eps);             // [B, T, D]
        return (normed * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    internal static Tensor GatedResidual(Tensor x, Tensor gate, Tensor branch)
    {
        using var scope = NewDisposeScope();
        return (x + gate.unsqueeze(1) * branch).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    internal static Tensor Attention(Tensor qkv, long heads)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens, width) = (qkv.shape[0], qkv.shape[1], qkv.shape[2] / 3);
        var parts = qkv.view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4).unbind(0);   // 3 x [B, H, T, D / H]
        var scores = parts[0].matmul(parts[1].transpose(-2, -1)) / Math.Sqrt(width / heads);             // [B, H, T, T]
        return scores.softmax(-1).matmul(parts[2])                                                       // [B, H, T, D / H]
            .transpose(1, 2).reshape(batch, tokens, width).MoveToOuterDisposeScope();
    }

    internal static Tensor ClipGradNorm(IReadOnlyList<Tensor> gradients, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var norm = stack(gradients.Select(g => g.norm().@float())).norm();             // []
        var factor = (maxNorm / (norm + 1e-6)).clamp_max(1.0);                         // []
        foreach (var gradient in gradients) gradient.mul_(factor);
        return norm.MoveToOuterDisposeScope();
    }

    internal static void Ema(IReadOnlyList<Tensor> shadows, IReadOnlyList<Tensor> parameters, double decay)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        for (var i = 0; i < shadows.Count; i++) shadows[i].mul_(decay).add_(parameters[i].to_type(shadows[i].dtype), 1 - decay);
    }
}
