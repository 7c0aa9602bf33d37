using System.Globalization;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// A Runge-Kutta method on the probability-flow ODE that chooses its own steps between those of the grid, so that each one's error stays below
/// AbsoluteTolerance + RelativeTolerance |x| (Hairer, Norsett and Wanner 1993, section II.4; torchdiffeq's dopri5, bosh3 and adaptive_heun).
/// </summary>
/// <remarks>
/// <para>The number of steps says how many states the stream shows, not how many it computes: few are enough, and 1 is the fastest.</para>
/// <para>
/// All samples of a batch share the steps of the most difficult one, so each is as exact as was asked, but its last digits depend on its batch. Where a
/// sample must be the same in every batch, use a method with fixed steps. Every step waits for the device once, to learn its error.
/// </para>
/// <para>The velocity at t = 0 is never asked for on the way to the data: at t = 0.001 the expected data is taken.</para>
/// </remarks>
public sealed class AdaptiveSampler : Sampler, IInvertibleSampler
{
    private const double NearData = 1e-3;
    private const double SmallestStep = 1e-9;

    /// <param name="steps">How many states to show, at least 1.</param>
    /// <param name="tableau">A method that estimates its error. Null: <see cref="ButcherTableau.Dopri5"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    /// <exception cref="ArgumentException">The method does not estimate its error.</exception>
    public AdaptiveSampler(int steps, ButcherTableau? tableau = null) : base(steps)
    {
        Tableau = tableau ?? ButcherTableau.Dopri5;
        if (!Tableau.EstimatesError)
            throw new ArgumentException(
                $"{Tableau.Name} does not estimate its error. Use Dopri5, Bosh3 or Heun2, or RungeKuttaSampler for fixed steps.", nameof(tableau));
    }

    /// <summary>The method.</summary>
    public ButcherTableau Tableau { get; }

    /// <summary>The error of a step relative to the state. Default 1e-3, as in SiT. Above 0.</summary>
    public double RelativeTolerance { get; init => field = Positive(value, nameof(RelativeTolerance)); } = 1e-3;

    /// <summary>The error of a step where the state is 0. Default 1e-6, as in SiT. Above 0.</summary>
    public double AbsoluteTolerance { get; init => field = Positive(value, nameof(AbsoluteTolerance)); } = 1e-6;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not a batch of finite numbers, or the grid does not suit the denoiser's path.</exception>
    public IEnumerable<SamplerStep> InversionSteps(Denoiser denoiser, Tensor images) => Ascend(denoiser, images);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The velocity is not finite, or no step is small enough.</exception>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (denoiser, end) = (run.Denoiser, next == 0 ? Math.Min(t, NearData) : next);
        var velocity = run.History is [{ Value: var known }] && run.History[0].Time == t ? known.alias() : denoiser.Velocity(x, t);
        if (run.StepSize == 0) run.StepSize = FirstStep(denoiser, x, velocity, t, end);

        x = x.alias();
        while (t != end)
        {
            var size = Math.Min(run.StepSize, Math.Abs(end - t));
            var (last, time) = (size == Math.Abs(end - t), t + Math.Sign(end - t) * size);
            if (last) time = end;
            var (state, stateVelocity, error) = Try(denoiser, x, velocity, t, time);
            if (!double.IsFinite(error) || size < SmallestStep) throw Hopeless(t, size, error);

            var growth = Growth(error);
            run.StepSize = last && error <= 1 ? Math.Max(run.StepSize, size * growth) : size * growth;
            var (old, oldVelocity) = error <= 1 ? (x, velocity) : (state, stateVelocity);
            if (error <= 1) (x, velocity, t) = (state, stateVelocity, time);
            old.Dispose();
            oldVelocity.Dispose();
        }

        run.Remember(t, velocity, 1);
        return end == next ? x : denoiser.Clean(x, end);
    }

    /// <returns>The state at <paramref name="next"/>, its velocity, and how often the tolerance goes into its error.</returns>
    private (Tensor State, Tensor Velocity, double Error) Try(Denoiser denoiser, Tensor x, Tensor velocity, double t, double next)
    {
        using var scope = NewDisposeScope();
        var stages = Tableau.Stages(denoiser.Velocity, x, t, next, velocity);
        var state = Tableau.Move(x, next - t, stages);                                                  // [B, C, H, W]
        var error = Norm(Tableau.Error(next - t, stages), maximum(x.abs(), state.abs()));
        var after = Tableau.EndsWithVelocity ? stages[^1] : denoiser.Velocity(state, next);             // [B, C, H, W]
        return (state.MoveToOuterDisposeScope(), after.MoveToOuterDisposeScope(), error);
    }

    /// <summary>The step whose Euler error would be about a hundredth of the state (Hairer, Norsett and Wanner 1993, section II.4).</summary>
    private double FirstStep(Denoiser denoiser, Tensor x, Tensor velocity, double t, double end)
    {
        using var scope = NewDisposeScope();
        var size = x.abs();
        var (state, slope) = (Norm(x, size), Norm(velocity, size));
        var guess = Math.Min(state < 1e-5 || slope < 1e-5 ? 1e-6 : 0.01 * state / slope, Math.Abs(end - t));
        if (guess == 0) return SmallestStep;
        var toward = Math.Sign(end - t) * guess;
        var curvature = Norm(denoiser.Velocity(x.add(velocity, toward), t + toward) - velocity, size) / guess;
        var steepest = Math.Max(slope, curvature);
        var second = steepest <= 1e-15 ? Math.Max(1e-6, guess * 1e-3) : Math.Pow(0.01 / steepest, 1.0 / Tableau.Order);
        return Math.Max(Math.Min(100 * guess, second), SmallestStep);
    }

    /// <summary>The root mean square over a sample of value / tolerance, for the sample where it is largest.</summary>
    private double Norm(Tensor value, Tensor magnitude)
    {
        using var scope = NewDisposeScope();
        var relative = value / (AbsoluteTolerance + RelativeTolerance * magnitude);                     // [B, C, H, W]
        return relative.square().flatten(1).mean([1]).max().sqrt().to(ScalarType.Float64).item<double>();
    }

    private double Growth(double error) =>
        error == 0 ? 10 : Math.Clamp(0.9 * Math.Pow(error, -1.0 / Tableau.Order), error < 1 ? 1 : 0.2, 10);

    private static double Positive(double value, string name) => double.IsFinite(value) && value > 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A tolerance is finite and above 0; 1e-3 to 1e-6 are usual.");

    private static InvalidOperationException Hopeless(double t, double size, double error) => new(string.Create(CultureInfo.InvariantCulture,
        $"At t = {t} a step of {size} still has {error} times the error that is allowed. If that is not a number, so is the velocity; otherwise it changes ") +
        "too fast: allow a larger tolerance, end the grid earlier, or use a sampler with fixed steps.");
}
