using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Middle times more often than the ends: t = sigmoid(mean + std n), n ~ N(0, 1) (SD3, section 3.1).</summary>
/// <remarks>
/// With <see cref="RectifiedFlow"/> and <see cref="EdmPath"/> this is also EDM's lognormal density of sigma / alpha. A timestep shift s of the training
/// density is mean + ln s. It hardly ever visits the ends: see <see cref="TimestepExtensions.MixedWithUniform"/>.
/// </remarks>
public sealed class LogitNormalTimesteps : TimestepDensity
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
    public override Tensor FromUniform(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        using var scope = NewDisposeScope();
        var normal = Math.Sqrt(2) * (2 * u - 1).erfinv();                          // N(0, 1)
        return (Mean + Std * normal).sigmoid().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Density(double t)
    {
        if (t is not (> 0 and < 1)) return 0;
        var z = (Math.Log(t / (1 - t)) - Mean) / Std;
        return Math.Exp(-z * z / 2) / (Std * Math.Sqrt(2 * Math.PI) * t * (1 - t));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"logit-normal (mean {Mean}, std {Std})");
}
