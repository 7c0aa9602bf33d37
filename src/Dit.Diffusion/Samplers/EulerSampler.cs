using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Euler's first-order method on the probability-flow ODE; on the straight path the same as DDIM (Song et al. 2021, eta = 0).</summary>
/// <remarks>One network evaluation a step. Error O(h). The plain choice: robust with few steps, and the one most results are reported with.</remarks>
/// <param name="steps">How many steps, at least 1.</param>
public sealed class EulerSampler(int steps) : OdeSampler(steps)
{
    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return x + (next - t) * denoiser.Velocity(x, t);            // [B, C, H, W]
    }
}
