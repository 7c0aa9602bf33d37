using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Ancestral sampling (Ho et al. 2020, algorithm 2): every step draws from q(x_s | x_t, x_0) with the expected data in place of x_0.</summary>
/// <remarks>
/// One network evaluation a step. Works on any path and any grid; on a part of a discrete schedule's steps it is the official respacing. A learned
/// variance is used where the network has one (Nichol and Dhariwal 2021). Images want <see cref="DenoiserExtensions.Clipped"/>, latents do not.
/// </remarks>
/// <param name="steps">How many steps, at least 1.</param>
public sealed class DdpmSampler(int steps) : Sampler(steps)
{
    /// <summary>The variance of a step whose network learned none. Default: the posterior's, the smallest possible.</summary>
    public StepVariance Variance { get; init => field = value.Validated(); } = StepVariance.Posterior;

    /// <summary>
    /// The gradient of ln p(y | x_t) with respect to the state x_t at time t, by which the mean of every step is moved, times the step's variance
    /// (Dhariwal and Nichol 2021, algorithm 1). Null, the default: none. <see cref="ClassifierGuidance.GuidedBy"/> is their algorithm 2, for any sampler.
    /// </summary>
    public Func<Tensor, double, Tensor>? Gradient { get; init; }

    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (prediction, learned) = run.Denoiser.PredictWithVariance(x, t);
        var clean = run.Denoiser.CleanFrom(x, t, prediction);                                   // [B, C, H, W]
        var posterior = Posterior.Between(run.Schedule, t, next);
        var mean = posterior.OfClean * clean + posterior.OfState * x;                           // [B, C, H, W]
        var noise = run.Noise(x);
        if (next == 0 && Gradient is null) return mean;

        var (least, most) = Posterior.LogVariances(run.Schedule, run.Times, run.Index);
        if (learned is null)
        {
            var variance = Math.Exp(Variance == StepVariance.Posterior || next == 0 ? least : most);
            mean = Gradient is null ? mean : mean + variance * Gradient(x, t);
            return next == 0 ? mean : mean + Math.Sqrt(variance) * noise;
        }
        var logVariance = least + (learned + 1) / 2 * (most - least);                           // [B, C, H, W]
        mean = Gradient is null ? mean : mean + logVariance.exp() * Gradient(x, t);
        return next == 0 ? mean : mean + (0.5 * logVariance).exp() * noise;
    }
}
