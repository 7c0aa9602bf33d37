using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Euler and Maruyama's method on the SDE of <see cref="SdeSampler"/>: a step along the drift, and noise (Ma et al. 2024, SiT, section 3.4).</summary>
/// <remarks>One network evaluation a step. The distribution's error is O(h). From about 100 steps on often better than the ODE, below worse.</remarks>
/// <param name="steps">How many steps, at least 1, with the last one to the data.</param>
public sealed class EulerMaruyamaSampler(int steps) : SdeSampler(steps)
{
    /// <inheritdoc/>
    protected override Tensor Diffuse(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        return x + (next - t) * Drift(run.Denoiser, x, t) + Amplitude(run.Schedule, t, next) * run.Noise(x);     // [B, C, H, W]
    }
}
