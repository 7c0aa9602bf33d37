using TorchSharp.Modules;
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

    internal static Tensor SwiGlu(Tensor x)
    {
        using var scope = NewDisposeScope();
        var parts = x.chunk(2, -1);                                                    // 2 x [..., F]
        return (nn.functional.silu(parts[0]) * parts[1]).MoveToOuterDisposeScope();    // [..., F]
    }

    internal static Tensor Mlp(Tensor x, Linear first, Linear second, FusedActivation activation)
    {
        using var scope = NewDisposeScope();
        var before = first.call(x);                                                    // [..., F]
        var hidden = activation switch
        {
            FusedActivation.GeluTanh => FusedOps.Gelu(before),
            FusedActivation.Gelu => nn.functional.gelu(before),
            FusedActivation.SiLU => nn.functional.silu(before),
            _ => nn.functional.relu(before),
        };
        return second.call(hidden).MoveToOuterDisposeScope();                          // [..., N]
    }

    internal static Tensor ModulatedNorm(Tensor x, Tensor shift, Tensor scale, double eps, bool centered = true)
    {
        using var scope = NewDisposeScope();
        var normed = centered ? nn.functional.layer_norm(x, [x.shape[^1]], eps: eps) : RootMeanSquareNorm(x, eps);     // [B, T, D]
        return (normed * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    internal static Tensor GatedResidual(Tensor x, Tensor gate, Tensor branch)
    {
        using var scope = NewDisposeScope();
        return (x + gate.unsqueeze(1) * branch).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    internal static Tensor Attention(Tensor query, long heads, Tensor? key = null, Tensor? value = null, Tensor? mask = null,
        Tensor? rotation = null, QueryKeyNorm? norm = null, double? scale = null)
    {
        using var scope = NewDisposeScope();
        var (behindKey, behindQuery) = (value is null ? 2 : 1, key is not null ? 1 : value is null ? 3 : 2);
        var parts = query.chunk(behindQuery, -1).Concat(key?.chunk(behindKey, -1) ?? []).Append(value).Take(3)
            .Select(part => part!.unflatten(2, heads, -1).transpose(1, 2)).ToArray();                    // 3 x [B, H, T, d]
        var q = Rotated(Normed(parts[0], norm?.QueryWeight, norm?.QueryBias, norm?.Epsilon), rotation);  // [B, H, T, d]
        var k = Rotated(Normed(parts[1], norm?.KeyWeight, norm?.KeyBias, norm?.Epsilon), rotation);      // [B, H, L, d]
        var scores = q.matmul(k.transpose(-2, -1)) * (scale ?? 1 / Math.Sqrt(q.shape[^1]));              // [B, H, T, L]
        if (mask is null) return Joined(scores.softmax(-1).matmul(parts[2])).MoveToOuterDisposeScope();  // [B, T, D]
        var none = mask.any(-1, keepdim: true).logical_not().view(-1, 1, 1, 1);                          // [B, 1, 1, 1]
        var hidden = mask.logical_not().view(mask.shape[0], 1, 1, -1).logical_and(none.logical_not());   // [B, 1, 1, L]
        var weights = scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1).masked_fill(none, 0);
        return Joined(weights.matmul(parts[2])).MoveToOuterDisposeScope();                               // [B, T, D]

        static Tensor Joined(Tensor x) => x.transpose(1, 2).flatten(2);                                  // [B, T, D]
    }

    /// <summary>In float32, under autocast too.</summary>
    private static Tensor Normed(Tensor x, Tensor? weight, Tensor? bias, double? epsilon)
    {
        if (weight is null) return x;
        var wide = x.to_type(x.dtype == float64 ? float64 : float32);                                    // [B, H, T, d]
        var normed = bias is null ? RootMeanSquareNorm(wide, epsilon!.Value) * weight
            : nn.functional.layer_norm(wide, [x.shape[^1]], weight.to_type(wide.dtype), bias.to_type(wide.dtype), epsilon!.Value);
        return normed.to_type(x.dtype);
    }

    private static Tensor RootMeanSquareNorm(Tensor x, double epsilon) => x * (x.square().mean([-1], keepdim: true) + epsilon).rsqrt();    // [..., D]

    private static Tensor Rotated(Tensor x, Tensor? rotation)
    {
        if (rotation is null) return x;
        var pairs = x.narrow(2, 0, rotation.shape[0]).unflatten(-1, -1, 2).unbind(-1);                   // 2 x [B, H, G, d / 2]
        var angles = rotation.unflatten(-1, -1, 2).unbind(-1);                                           // 2 x [G, d / 2]
        var turned = stack([pairs[0] * angles[0] - pairs[1] * angles[1], pairs[0] * angles[1] + pairs[1] * angles[0]], -1);
        return cat([turned.flatten(-2).to_type(x.dtype), x.narrow(2, rotation.shape[0], x.shape[2] - rotation.shape[0])], 2);
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

    internal static void Step(OptimizerHelper optimizer, IReadOnlyList<Tensor> gradients, Tensor? norm, double maxNorm, IReadOnlyList<MovingAverage> averages)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            var factor = norm is null ? null : (maxNorm / (norm + 1e-6)).clamp_max(1.0);   // []
            if (factor is not null)
                foreach (var gradient in gradients) gradient.mul_(factor);
        }
        optimizer.step();
        foreach (var average in averages) FusedOps.Ema(average.Shadows, average.Parameters, average.Decay);
    }

    internal static void Ema(IReadOnlyList<Tensor> shadows, IReadOnlyList<Tensor> parameters, double decay)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        for (var i = 0; i < shadows.Count; i++) shadows[i].mul_(decay).add_(parameters[i].to_type(shadows[i].dtype), 1 - decay);
    }
}
