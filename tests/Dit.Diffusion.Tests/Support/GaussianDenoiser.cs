using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>The exact denoiser of data that is N(mean, std^2) in every element: everything about its flow is known in closed form.</summary>
internal sealed class GaussianDenoiser(double mean, double std, INoiseSchedule? schedule = null, Prediction prediction = Prediction.FlowVelocity)
    : Denoiser(schedule ?? new RectifiedFlow(), prediction)
{
    public int Evaluations { get; private set; }

    /// <summary>Where the flow takes the noise z: the quantile map from N(0, 1) to N(mean, std^2).</summary>
    public Tensor Exact(Tensor noise) => mean + std * noise;

    public (Tensor Clean, Tensor Noise) Expectations(Tensor x, double t)
    {
        var (alpha, sigma) = (Schedule.Alpha(t), Schedule.Sigma(t));
        var centred = (x - alpha * mean) / (alpha * alpha * std * std + sigma * sigma);
        return (mean + alpha * std * std * centred, sigma * centred);
    }

    public override Tensor Predict(Tensor x, double t)
    {
        Evaluations++;
        var (clean, noise) = Expectations(x, t);
        return Prediction switch
        {
            Prediction.Epsilon => noise,
            Prediction.Sample => clean,
            Prediction.V => Schedule.Alpha(t) * noise - Schedule.Sigma(t) * clean,
            Prediction.Score => -noise / Schedule.Sigma(t),
            _ => Schedule.AlphaDerivative(t) * clean + Schedule.SigmaDerivative(t) * noise,
        };
    }
}
