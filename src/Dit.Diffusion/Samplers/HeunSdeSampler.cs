using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>SiT's Heun method on the SDE of <see cref="SdeSampler"/>: noise first, then Heun's step along the drift (Ma et al. 2024).</summary>
/// <remarks>Two network evaluations a step, one for the last. The drift at t = 0 is never asked for.</remarks>
/// <param name="steps">How many steps, at least 1, with the last one to the data.</param>
public sealed class HeunSdeSampler(int steps) : SdeSampler(steps)
{
    /// <inheritdoc/>
    protected override Tensor Diffuse(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var noisy = x + Amplitude(run.Schedule, t, next) * run.Noise(x);                        // [B, C, H, W]
        var drift = Drift(run.Denoiser, noisy, t);                                              // [B, C, H, W]
        var euler = noisy + (next - t) * drift;                                                 // [B, C, H, W]
        if (next == 0) return euler;
        return noisy + (next - t) * 0.5 * (drift + Drift(run.Denoiser, euler, next));
    }
}
