using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Middle times more often than the ends: t = sigmoid(mean + std n), n ~ N(0, 1) (SD3, section 3.1).</summary>
/// <remarks>
/// With the straight path this is also EDM's lognormal density of sigma / alpha. A timestep shift s of the training density is mean + ln s.
/// </remarks>
public sealed class LogitNormalTimesteps : ITimestepSampler
{
    /// <param name="mean">Where the density is centred: the median is sigmoid(mean). Above 0 leans to noise. Default 0, SD3's choice.</param>
    /// <param name="std">Its width, above 0. Default 1, SD3's choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite, or the std is not finite or not above 0.</exception>
    public LogitNormalTimesteps(double mean = 0, double std = 1)
    {
        if (!double.IsFinite(mean)) throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean must be finite.");
        if (!double.IsFinite(std) || std <= 0) throw new ArgumentOutOfRangeException(nameof(std), std, "The std must be finite and above 0.");
        Mean = mean;
        Std = std;
    }

    /// <summary>The mean of logit(t).</summary>
    public double Mean { get; }

    /// <summary>The standard deviation of logit(t).</summary>
    public double Std { get; }

    /// <inheritdoc/>
    public Tensor Sample(long count, Device device, Generator? generator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        var normal = randn(count, dtype: ScalarType.Float32, device: device, generator: generator);     // [count]
        return (Mean + Std * normal).sigmoid().MoveToOuterDisposeScope();
    }
}
