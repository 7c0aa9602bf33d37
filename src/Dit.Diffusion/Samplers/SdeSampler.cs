using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Integrates dx = [v - w s] dt + sqrt(2 w) dW from noise to data (Ma et al. 2024, SiT, equation 5): the ODE's velocity, the score s = -eps / sigma and
/// noise. A method writes one step, from a drift and an amplitude.
/// </summary>
/// <remarks>The default grid is SiT's: equal steps from t = 1 to 0.04 and one, the last of the count, from there to the data.</remarks>
public abstract class SdeSampler : Sampler
{
    /// <summary>1 / 0, up to the rounding of a cosine.</summary>
    private const double Infinite = 1e9;

    /// <param name="steps">How many steps, at least 1, with the last one to the data.</param>
    protected SdeSampler(int steps) : base(steps) => Grid = TimeGrid.Linear(start: 1, end: 0.04, toData: true);

    /// <summary>How much noise is added when. Default: <see cref="DiffusionForm.Sigma"/>.</summary>
    public DiffusionForm Diffusion { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = DiffusionForm.Sigma();

    /// <summary>How the data is reached at the end of the grid. Default: by the mean.</summary>
    public LastStep LastStep
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "No such last step.");
    } = LastStep.Mean;

    /// <summary>One step of the method.</summary>
    /// <param name="run">The denoiser and the noise.</param>
    /// <param name="x">The state at <paramref name="t"/>, [B, C, H, W].</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one; next &lt; t.</param>
    /// <returns>The state at <paramref name="next"/>, [B, C, H, W]. Called within a dispose scope and without gradients.</returns>
    protected abstract Tensor Diffuse(SamplerRun run, Tensor x, double t, double next);

    /// <inheritdoc/>
    protected sealed override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (next == 0 ? LastStep : LastStep.None) switch
        {
            LastStep.Mean => x + (next - t) * Drift(run.Denoiser, x, t),
            LastStep.Tweedie => run.Denoiser.Clean(x, t),
            LastStep.Euler => x + (next - t) * run.Denoiser.Velocity(x, t),
            _ => Diffuse(run, x, t, next),
        };
    }

    /// <summary>v - w s, as one combination of data and noise: alpha' x_0 + (sigma' + w / sigma) eps. One evaluation.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="x">The state, [B, C, H, W].</param>
    /// <param name="t">Its time, above 0.</param>
    /// <returns>[B, C, H, W].</returns>
    protected Tensor Drift(Denoiser denoiser, Tensor x, double t)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        var path = denoiser.Schedule;
        var (data, noise) = Combination.Velocity(path, t);
        return denoiser.Evaluate(x, t, new(data, noise + Diffusion.At(path, t) / path.Sigma(t)));
    }

    /// <summary>The standard deviation of a step's noise, with w as it is at the start.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one.</param>
    protected double Amplitude(INoiseSchedule schedule, double t, double next) => Math.Sqrt(2 * Diffusion.At(schedule, t) * Math.Abs(next - t));

    /// <inheritdoc/>
    protected override void Check(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        foreach (var t in Grid.Times(StepCount, denoiser.Schedule))
        {
            var diffusion = t == 0 ? 0 : Diffusion.At(denoiser.Schedule, t);
            if (diffusion is not (>= 0 and < Infinite))
                throw new ArgumentException(
                    $"The diffusion {Diffusion} is {diffusion} at t = {t} of {denoiser.Schedule.GetType().Name}; it must be finite and not negative. Start " +
                    "the grid below 1, as with TimeGrid.Linear(0.999, 0.04, toData: true), or use DiffusionForm.Sigma().", nameof(denoiser));
        }
    }
}
