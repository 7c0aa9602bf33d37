using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.CustomLoop;

/// <summary>A timestep density of the application's own: linear, more noise than data. p(t) = 1 + tilt (2 t - 1), by its inverse distribution.</summary>
/// <param name="tilt">How much more often the noise is, above 0 to 1.</param>
internal sealed class TiltedTimesteps(double tilt) : ITimestepSampler
{
    public Tensor Sample(long count, Device device, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        var u = rand([count], float32, device, generator: generator);                                   // [B], u = (1 - tilt) t + tilt t^2
        var t = (((1 - tilt) * (1 - tilt) + 4 * tilt * u).sqrt() - (1 - tilt)) / (2 * tilt);              // [B]
        return t.clamp(0, 1).MoveToOuterDisposeScope();
    }
}
