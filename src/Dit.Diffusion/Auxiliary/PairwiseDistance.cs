using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Distances between all vectors of a batch, with gradients.</summary>
internal static class PairwiseDistance
{
    /// <param name="x">[B, N], float32.</param>
    /// <returns>Squared distances divided by N, [B, B].</returns>
    public static Tensor MeanSquares(Tensor x)
    {
        using var scope = NewDisposeScope();
        using var plain = Autocast.Suspend(x.device.type);
        var centred = x - x.mean([0], keepdim: true);                              // which loses fewer digits below
        var squares = centred.square().sum(dim: 1);                                // [B]
        var inner = centred.mm(centred.t());                                       // [B, B]
        return ((squares.unsqueeze(1) + squares - 2 * inner).clamp_min(0) / x.shape[1]).MoveToOuterDisposeScope();
    }
}
