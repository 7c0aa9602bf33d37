using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Integrates the probability-flow ODE dx/dt = v(x, t) from t = 1 to 0. A method writes one step, the rest is here.</summary>
/// <remarks>No random numbers: the same noise gives the same samples. States are float32, or float64 where the noise is.</remarks>
public abstract class OdeSampler : ISampler
{
    private readonly double[] _times;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    protected OdeSampler(int steps)
    {
        if (steps < 1) throw new ArgumentOutOfRangeException(nameof(steps), steps, "A sampler needs at least one step.");
        _times = StepGrid.Uniform(steps);
    }

    /// <summary>How many steps.</summary>
    public int StepCount => _times.Length - 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The noise is not a batch of finite floating-point numbers.</exception>
    public IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        Validate(noise);
        return Stream(denoiser, noise);
    }

    /// <summary>One step of the method.</summary>
    /// <param name="denoiser">Gives the velocity.</param>
    /// <param name="x">The state at <paramref name="t"/>, [B, C, H, W].</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one; next &lt; t.</param>
    /// <returns>The state at <paramref name="next"/>, [B, C, H, W]. Called within a dispose scope and without gradients.</returns>
    protected abstract Tensor Advance(Denoiser denoiser, Tensor x, double t, double next);

    private IEnumerable<SamplerStep> Stream(Denoiser denoiser, Tensor noise)
    {
        // The state and the step's sample are two handles of one tensor, so a caller who disposes his does not end the stream.
        using var watched = new WatchedDenoiser(denoiser);
        var x = Initial(noise);
        try
        {
            for (var i = 0; i < StepCount; i++)
            {
                var (state, step) = Step(watched, x, i);
                x.Dispose();
                x = state;
                using (step) yield return step;
            }
        }
        finally
        {
            x.Dispose();
        }
    }

    private (Tensor State, SamplerStep Step) Step(WatchedDenoiser denoiser, Tensor x, int index)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var next = Advance(denoiser, x, _times[index], _times[index + 1]);
        return (next.alias().DetachFromDisposeScope(), new(index, StepCount, _times[index + 1], next.alias(), denoiser.LastClean()));
    }

    private static Tensor Initial(Tensor noise)
    {
        using var scope = NewDisposeScope();
        var x = noise.detach();
        return (x.dtype == ScalarType.Float64 ? x : x.to(ScalarType.Float32)).DetachFromDisposeScope();
    }

    private static void Validate(Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        if (noise.ndim < 2 || noise.numel() == 0 || !noise.is_floating_point())
            throw new ArgumentException(
                $"The noise is {noise.dtype} {Shapes.Print(noise.shape)}, expected floating-point numbers [B, C, H, W], as from randn(B, C, H, W).", nameof(noise));
        using var scope = NewDisposeScope();
        if (!noise.isfinite().all().item<bool>())
            throw new ArgumentException("The noise holds NaN or infinite values.", nameof(noise));
    }
}
