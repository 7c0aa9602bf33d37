using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A walk along a grid of times from noise to data, one network evaluation or a few per step. A method writes one step, the rest is here.</summary>
/// <remarks>States are float32, or float64 where the noise is.</remarks>
public abstract class Sampler : ISampler
{
    private readonly int _steps;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    protected Sampler(int steps)
    {
        if (steps < 1) throw new ArgumentOutOfRangeException(nameof(steps), steps, "A sampler needs at least one step.");
        _steps = steps;
    }

    /// <summary>How many steps a walk has.</summary>
    public int StepCount => _steps;

    /// <summary>Where the steps stop. Default: at equal distances in time, and on a discrete schedule at the official DiT's respaced ones.</summary>
    public TimeGrid Grid { get; init; } = TimeGrid.Default;

    /// <summary>Where a stochastic method draws its noise from. Default: libtorch's own generator.</summary>
    public INoiseSource Noise { get; init; } = new GeneratorNoise();

    /// <summary>
    /// Whether the noise is multiplied by sigma at the grid's first time. Default: no, it is the state there, as usual where that is 1. Say yes on a
    /// grid that starts lower, such as <see cref="TimeGrid.Karras"/> on a continuous path.
    /// </summary>
    public bool ScalesNoise { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The noise is not a batch of finite floating-point numbers, or the grid does not suit the denoiser's path.</exception>
    public IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        Validate(noise, nameof(noise));
        Check(denoiser);
        var times = Grid.Times(_steps, denoiser.Schedule);
        return Stream(denoiser, noise, times, ScalesNoise ? denoiser.Schedule.Sigma(times[0]) : 1);
    }

    /// <summary>The same walk upwards, from data to noise. The network of a discrete schedule knows no time before the first step, so the images are put there.</summary>
    private protected IEnumerable<SamplerStep> Ascend(Denoiser denoiser, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        Validate(images, nameof(images));
        Check(denoiser);
        var times = Grid.Times(_steps, denoiser.Schedule);
        if (denoiser.Schedule is DiscreteSchedule && times[^1] == 0) times = times[..^1];
        if (times.Length < 2)
            throw new ArgumentException("On a discrete schedule images are inverted from its first step on, so one step of sampling leaves none. Use more.", nameof(denoiser));
        return Stream(denoiser, images, [.. times.Reverse()]);
    }

    /// <summary>One step of the method.</summary>
    /// <param name="run">The denoiser, the noise and what earlier steps left.</param>
    /// <param name="x">The state at <paramref name="t"/>, [B, C, H, W].</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one; next &lt; t.</param>
    /// <returns>The state at <paramref name="next"/>, [B, C, H, W]. Called within a dispose scope and without gradients.</returns>
    protected abstract Tensor Advance(SamplerRun run, Tensor x, double t, double next);

    /// <summary>Refuses a denoiser that the method cannot work with, before the first step.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <exception cref="ArgumentException">It cannot, and why.</exception>
    protected virtual void Check(Denoiser denoiser)
    {
    }

    private IEnumerable<SamplerStep> Stream(Denoiser denoiser, Tensor noise, double[] times, double scale = 1)
    {
        // The state and the step's sample are two handles of one tensor, so a caller who disposes his does not end the stream.
        using var watched = new WatchedDenoiser(denoiser);
        using var run = new SamplerRun(watched, Noise.Start(noise), times);
        var x = Initial(noise, scale);
        try
        {
            for (; run.Index < run.Count; run.Index++)
            {
                var (state, step) = Step(run, watched, x);
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

    private (Tensor State, SamplerStep Step) Step(SamplerRun run, WatchedDenoiser denoiser, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (t, next) = (run.Times[run.Index], run.Times[run.Index + 1]);
        var state = Advance(run, x, t, next);
        return (state.alias().DetachFromDisposeScope(), new(run.Index, run.Count, next, state.alias(), denoiser.LastClean()));
    }

    private static Tensor Initial(Tensor noise, double scale)
    {
        using var scope = NewDisposeScope();
        var x = scale == 1 ? noise.detach() : scale * noise.detach();
        return (x.dtype == ScalarType.Float64 ? x : x.to(ScalarType.Float32)).DetachFromDisposeScope();
    }

    private static void Validate(Tensor noise, string parameter)
    {
        ArgumentNullException.ThrowIfNull(noise, parameter);
        if (noise.ndim < 2 || noise.numel() == 0 || !noise.is_floating_point())
            throw new ArgumentException(
                $"The {parameter}: {noise.dtype} {Shapes.Print(noise.shape)}, expected floating-point numbers [B, C, H, W], as from randn(B, C, H, W).", parameter);
        using var scope = NewDisposeScope();
        if (!noise.isfinite().all().item<bool>())
            throw new ArgumentException($"The {parameter}: there are NaN or infinite values.", parameter);
    }
}
