using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Integrates the probability-flow ODE dx/dt = v(x, t) from noise to data. A method writes one step from velocities alone.</summary>
/// <remarks>No random numbers: the same noise gives the same samples.</remarks>
/// <param name="steps">How many steps, at least 1.</param>
public abstract class OdeSampler(int steps) : Sampler(steps), IInvertibleSampler
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not a batch of finite floating-point numbers, or the grid does not suit the denoiser's path.</exception>
    public IEnumerable<SamplerStep> InversionSteps(Denoiser denoiser, Tensor images) => Ascend(denoiser, images);

    /// <summary>One step of the method.</summary>
    /// <param name="denoiser">Gives the velocity.</param>
    /// <param name="x">The state at <paramref name="t"/>, [B, C, H, W].</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one; next &lt; t, or &gt; t when images are inverted.</param>
    /// <returns>The state at <paramref name="next"/>, [B, C, H, W]. Called within a dispose scope and without gradients.</returns>
    protected abstract Tensor Advance(Denoiser denoiser, Tensor x, double t, double next);

    /// <inheritdoc/>
    protected sealed override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Advance(run.Denoiser, x, t, next);
    }
}
