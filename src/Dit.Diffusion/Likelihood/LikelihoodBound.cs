using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Evaluates a model: the variational bound on the negative log-likelihood of images under ancestral sampling, term by term, in bits per dimension
/// (Ho et al. 2020, equation 5; the official implementation's <c>calc_bpd_loop</c>). On any path and grid; training has <see cref="VariationalBound"/>.
/// </summary>
/// <remarks>
/// One network evaluation a step. For 8-bit images in [-1, 1]: the last step's term is the probability of their very values. Models of pixels want
/// <see cref="DenoiserExtensions.Clipped"/>, as when sampling.
/// </remarks>
public sealed class LikelihoodBound
{
    private readonly int _steps;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    public LikelihoodBound(int steps)
    {
        if (steps < 1) throw new ArgumentOutOfRangeException(nameof(steps), steps, "A bound needs at least one step.");
        _steps = steps;
    }

    /// <summary>Where the steps stop. Default: as for a sampler.</summary>
    public TimeGrid Grid { get; init; } = TimeGrid.Default;

    /// <summary>Where the noise comes from that images are given. Default: libtorch's own generator.</summary>
    public INoiseSource Noise { get; init; } = new GeneratorNoise();

    /// <summary>The variance of a step whose network learned none. Default: the posterior's.</summary>
    public StepVariance Variance { get; init => field = value.Validated(); } = StepVariance.Posterior;

    /// <summary>Evaluates the bound of a batch.</summary>
    /// <param name="denoiser">The model and its conditions.</param>
    /// <param name="images">Images in [-1, 1], [B, C, H, W].</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>The terms; the caller owns them.</returns>
    /// <exception cref="ArgumentException">
    /// The images are not a batch of floating-point numbers, or the grid does not suit the denoiser's path or ends before the data.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public BoundTerms Of(Denoiser denoiser, Tensor images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(images);
        if (images.ndim < 2 || images.numel() == 0 || !images.is_floating_point())
            throw new ArgumentException(
                $"The images are {images.dtype} {Shapes.Print(images.shape)}, expected floating-point numbers [B, C, H, W] in [-1, 1].", nameof(images));
        var times = Grid.Times(_steps, denoiser.Schedule);
        if (times[^1] != 0) throw new ArgumentException($"The grid ends at t = {times[^1]}; a bound needs one that ends at the data, t = 0.", nameof(denoiser));

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var stream = Noise.Start(images);
        var (bound, clean, noise) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
        for (var i = 0; i < times.Length - 1; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = Step(denoiser, images, stream, times, i);
            bound.Add(step.Bound);
            clean.Add(step.Clean);
            noise.Add(step.Noise);
        }
        return new(Move(Prior(denoiser.Schedule, images, times[0])), Move(stack(bound, 1)), Move(stack(clean, 1)), Move(stack(noise, 1)));

        static Tensor Move(Tensor tensor) => tensor.MoveToOuterDisposeScope();
    }

    private (Tensor Bound, Tensor Clean, Tensor Noise) Step(Denoiser denoiser, Tensor images, INoiseDraws stream, double[] times, int index)
    {
        using var scope = NewDisposeScope();
        var (schedule, t, next) = (denoiser.Schedule, times[index], times[index + 1]);
        var noise = stream.Next(images);                                                                // [B, C, H, W]
        var x = schedule.Alpha(t) * images + schedule.Sigma(t) * noise;                                 // [B, C, H, W]
        var (prediction, learned) = denoiser.PredictWithVariance(x, t);
        var clean = denoiser.CleanFrom(x, t, prediction);                                               // [B, C, H, W]

        var posterior = Posterior.Between(schedule, t, next);
        var (mean, trueMean) = (posterior.OfClean * clean + posterior.OfState * x, posterior.OfClean * images + posterior.OfState * x);
        var (least, most) = Posterior.LogVariances(schedule, times, index);
        var logVariance = learned is null
            ? full_like(x, Variance == StepVariance.Posterior || next == 0 ? least : most)
            : least + (learned + 1) / 2 * (most - least);                                               // [B, C, H, W]
        var nats = next == 0
            ? -Gaussian.DiscretizedLogLikelihood(images, mean, 0.5 * logVariance)
            : Gaussian.Divergence(trueMean, full_like(x, least), mean, logVariance);                    // [B, C, H, W]
        var noiseError = (denoiser.NoiseFrom(x, t, prediction) - noise).square();                       // [B, C, H, W]
        return (Bits(nats).MoveToOuterDisposeScope(), Mean((clean - images).square()).MoveToOuterDisposeScope(), Mean(noiseError).MoveToOuterDisposeScope());
    }

    /// <summary>KL(q(x_1 | x_0) || N(0, 1)).</summary>
    private static Tensor Prior(INoiseSchedule schedule, Tensor images, double t)
    {
        var zero = zeros_like(images);
        return Bits(Gaussian.Divergence(schedule.Alpha(t) * images, full_like(images, 2 * Math.Log(schedule.Sigma(t))), zero, zero));     // [B]
    }

    private static Tensor Bits(Tensor nats) => Mean(nats) / Math.Log(2);                                // [B]

    private static Tensor Mean(Tensor value) => value.flatten(1).mean([1]);                             // [B]
}
