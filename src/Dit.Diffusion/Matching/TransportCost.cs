using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What it costs to carry noise to data: the squared distance.</summary>
internal static class TransportCost
{
    /// <param name="clean">Data, [B, ...].</param>
    /// <param name="noise">Noise, [B, ...].</param>
    /// <returns>Of each image (row) and each noise (column), [B, B], float64, whatever is cast around it.</returns>
    public static Tensor Of(Tensor clean, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(noise);
        if (clean.ndim < 2 || clean.numel() == 0 || !clean.shape.AsSpan().SequenceEqual(noise.shape))
            throw new ArgumentException($"The noise is {Shapes.Print(noise.shape)} for data of {Shapes.Print(clean.shape)}; both must be one batch [B, ...].", nameof(noise));
        using var scope = NewDisposeScope();
        using var plain = Autocast.Suspend(clean.device.type);
        using var _ = no_grad();
        var (x, y) = (clean.detach().to(ScalarType.Float64).flatten(1), noise.detach().to(ScalarType.Float64).flatten(1));     // [B, N] each
        var squares = x.square().sum(dim: 1).unsqueeze(1) + y.square().sum(dim: 1);                             // [B, B]
        return (squares - 2 * x.mm(y.t())).clamp_min(0).MoveToOuterDisposeScope();
    }
}
