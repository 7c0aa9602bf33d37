using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>For a model that knows where the flow ends, as that of normal data does in closed form.</summary>
public class ConsistencySamplerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_consistency_model_samples_the_distribution_in_any_number_of_steps(int steps) =>
        Family.Equal(Moments(noise => new ConsistencySampler(steps) { Noise = noise }, new Consistency()));

    private static (double Mean, double Std) Moments(Func<INoiseSource, Sampler> make, Denoiser denoiser)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var samples = make(new GeneratorNoise(generator)).Sample(denoiser, randn([4, 1, 256, 256], ScalarType.Float64, generator: generator));
        return (samples.mean().item<double>(), samples.std().item<double>());
    }

    /// <summary>The noise z of a state, by which the flow is followed.</summary>
    private static Tensor NoiseOf(Tensor x, double t) => (x - (1 - t) * Family.Mean) / Math.Sqrt((1 - t) * (1 - t) * Family.Std * Family.Std + t * t);

    private sealed class Consistency() : Denoiser(new RectifiedFlow(), Prediction.Sample)
    {
        public override Tensor Predict(Tensor x, double t) => Family.Mean + Family.Std * NoiseOf(x, t);
    }
}
