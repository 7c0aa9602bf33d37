using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>EDM's sampler (Karras et al. 2022, algorithm 2): Heun's method in sigma / alpha, after noise was added to a little above where the state is.</summary>
/// <remarks>
/// Two network evaluations a step, one for the last: 2N - 1. Without churn, the default, nothing random is drawn and it is algorithm 1. Any path:
/// x / alpha is EDM's state and sigma / alpha EDM's sigma. A step from pure noise, where that is infinite, or to the data is Euler's. No more noise is
/// added than the path has.
/// </remarks>
public sealed class EdmSampler : Sampler
{
    private static readonly double MostChurn = Math.Sqrt(2) - 1;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="churn">S_churn: how much noise is added over all steps. 0, the default: none. The paper uses 30 to 80 with 256 steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the churn is negative or not finite.</exception>
    public EdmSampler(int steps, double churn = 0) : base(steps)
    {
        if (!double.IsFinite(churn) || churn < 0) throw new ArgumentOutOfRangeException(nameof(churn), churn, "Churn must be finite and not negative; 0 adds no noise.");
        Churn = churn;
        Grid = TimeGrid.Karras();
        ScalesNoise = true;
    }

    /// <summary>How much noise is added over all steps.</summary>
    public double Churn { get; }

    /// <summary>S_min, S_max: noise is added where sigma / alpha lies between these. Default: everywhere.</summary>
    public (double From, double To) ChurnRange { get; init; } = (0, double.PositiveInfinity);

    /// <summary>S_noise: the standard deviation of the noise that is added. Default 1; the paper uses 1.003 or 1.007 to make up for what networks lose.</summary>
    public double NoiseScale { get; init; } = 1;

    /// <summary>Whether the second evaluation corrects the step. Default: yes; otherwise it is Euler's, of order 1, with N evaluations.</summary>
    public bool Corrects { get; init; } = true;

    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (Churn > 0) (x, t) = Churned(run, x, t);
        var (alpha, sigma, path) = (run.Schedule.Alpha(next), run.Schedule.Sigma(next), run.Schedule);
        var prediction = run.Denoiser.Predict(x, t);                                            // [B, C, H, W]
        var noise = run.Denoiser.NoiseFrom(x, t, prediction);                                   // [B, C, H, W]: the slope of x / alpha
        var euler = alpha * run.Denoiser.CleanFrom(x, t, prediction) + sigma * noise;           // [B, C, H, W]
        if (!Corrects || next == 0 || path.Alpha(t) == 0) return euler;
        var distance = sigma - alpha * path.Sigma(t) / path.Alpha(t);                           // alpha (sigma' / alpha' - sigma / alpha)
        return euler + distance / 2 * (run.Denoiser.Noise(euler, next) - noise);
    }

    private (Tensor X, double T) Churned(SamplerRun run, Tensor x, double t)
    {
        var path = run.Schedule;
        var noise = run.Noise(x);                                                               // [B, C, H, W]
        var ratio = path.Sigma(t) / path.Alpha(t);
        if (!double.IsFinite(ratio) || ratio < ChurnRange.From || ratio > ChurnRange.To) return (x, t);
        var wanted = ratio * (1 + Math.Min(Churn / run.Count, MostChurn));
        var raised = path.TimeFromLogSnr(-2 * Math.Log(wanted));
        if (raised <= t || path.Alpha(raised) == 0) return (x, t);
        var alpha = path.Alpha(raised);
        var variance = Math.Pow(path.Sigma(raised) / alpha, 2) - ratio * ratio;
        return (alpha / path.Alpha(t) * x + alpha * NoiseScale * Math.Sqrt(variance) * noise, raised);
    }
}
