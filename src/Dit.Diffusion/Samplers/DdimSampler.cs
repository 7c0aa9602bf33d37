using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Implicit sampling (Song et al. 2021, equation 12): towards the expected data along the expected noise, with eta of ancestral sampling's noise.</summary>
/// <remarks>
/// One network evaluation a step. With eta = 0 it is Euler's method in sigma / alpha on every path (k-diffusion's Euler), on the straight path
/// <see cref="EulerSampler"/>, and <see cref="DpmSolver"/> of order 1; with eta = 1 it is k-diffusion's Euler ancestral and <see cref="DdpmSampler"/>
/// without a learned variance. Images want <see cref="DenoiserExtensions.Clipped"/>.
/// </remarks>
public sealed class DdimSampler : Sampler, IInvertibleSampler
{
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="eta">0, the default: no noise. 1: as much as ancestral sampling adds. In [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or eta is out of range.</exception>
    public DdimSampler(int steps, double eta = 0) : base(steps)
    {
        if (eta is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(eta), eta, "Eta must be from 0 (no noise) to 1 (ancestral sampling).");
        Eta = eta;
    }

    /// <summary>How much of ancestral sampling's noise is added.</summary>
    public double Eta { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not a batch of finite floating-point numbers, or the grid does not suit the denoiser's path.</exception>
    /// <exception cref="InvalidOperationException">The sampler adds noise, which leads to no single start.</exception>
    public IEnumerable<SamplerStep> InversionSteps(Denoiser denoiser, Tensor images) => Eta == 0
        ? Ascend(denoiser, images)
        : throw new InvalidOperationException($"Sampling with eta = {Eta} adds noise and cannot be inverted. Use eta = 0.");

    /// <summary>
    /// Holds the data within -ClipLimit and ClipLimit while the noise stays what the network said, as diffusers does with <c>clip_sample</c>. Null,
    /// the default: no. <see cref="DenoiserExtensions.Clipped"/> derives the noise from the clipped data.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite or not above 0.</exception>
    public double? ClipLimit
    {
        get;
        init => field = value is null || (double.IsFinite(value.Value) && value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ClipLimit), value, "The limit must be finite and above 0.");
    }

    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var prediction = run.Denoiser.Predict(x, t);                                            // [B, C, H, W]
        var clean = run.Denoiser.CleanFrom(x, t, prediction);                                   // [B, C, H, W]
        if (ClipLimit is { } limit) clean = clean.clamp(-limit, limit);
        var direction = run.Denoiser.NoiseFrom(x, t, prediction);                               // [B, C, H, W]
        var deviation = Eta == 0 ? 0 : Eta * Math.Sqrt(Posterior.Between(run.Schedule, t, next).Variance);
        var sigma = run.Schedule.Sigma(next);
        var state = run.Schedule.Alpha(next) * clean + Math.Sqrt(sigma * sigma - deviation * deviation) * direction;
        return Eta == 0 ? state : state + deviation * run.Noise(x);
    }
}
