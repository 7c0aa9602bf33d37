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
    public StepVariance Variance { get; init; } = StepVariance.Posterior;

    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (prediction, learned) = run.Denoiser.PredictWithVariance(x, t);
        var clean = run.Denoiser.CleanFrom(x, t, prediction);                                   // [B, C, H, W]
        var posterior = Posterior.Between(run.Schedule, t, next);
        var mean = posterior.OfClean * clean + posterior.OfState * x;                           // [B, C, H, W]
        var noise = run.Noise(x);
        if (next == 0) return mean;
        if (learned is null) return mean + Math.Sqrt(Fixed(run, posterior)) * noise;
        var (least, most) = (Math.Log(posterior.Variance), Math.Log(posterior.ForwardVariance));
        var logVariance = least + (learned + 1) / 2 * (most - least);                           // [B, C, H, W]
        return mean + (0.5 * logVariance).exp() * noise;
    }

    private double Fixed(SamplerRun run, Posterior posterior) => Variance switch
    {
        StepVariance.Posterior => posterior.Variance,
        StepVariance.Forward => posterior.ForwardVariance,
        _ => throw new InvalidOperationException($"There is no variance {Variance} at step {run.Index}."),
    };
}
