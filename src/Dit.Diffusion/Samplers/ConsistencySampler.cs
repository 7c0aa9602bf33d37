using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Multistep consistency sampling (Song et al. 2023, algorithm 1): to the data in one step, and with new noise back to the next time.</summary>
/// <remarks>One network evaluation a step. For consistency models, which know the end of the path from any of its points; 1 to 4 steps.</remarks>
/// <param name="steps">How many steps, at least 1.</param>
public sealed class ConsistencySampler(int steps) : Sampler(steps)
{
    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var clean = run.Denoiser.Clean(x, t);                                                   // [B, C, H, W]
        return next == 0 ? clean : run.Schedule.Alpha(next) * clean + run.Schedule.Sigma(next) * run.Noise(x);
    }
}
