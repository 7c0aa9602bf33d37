using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Which times are drawn and how much their losses count: only together do they say what a training prefers.</summary>
/// <remarks>Drawing a time twice as often and counting its loss twice are the same preference. Who wants it once chooses one of them.</remarks>
/// <param name="Timesteps">The density of times.</param>
/// <param name="Weighting">The weights of their losses.</param>
public sealed record TimeWeighting(ITimestepSampler Timesteps, ILossWeighting Weighting)
{
    private static readonly double[] Times = [.. Enumerable.Range(0, 10).Select(i => (i + 0.5) / 10)];

    /// <summary>Whether both the density and the weights prefer some times, so that one preference comes on top of the other.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="prediction">What the network predicts.</param>
    public bool IsTwofold(INoiseSchedule schedule, Prediction prediction) => Varies(Density) && Varies(t => Weight(schedule, prediction, t));

    /// <summary>What counts how much: the product of density and weight.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="t">Time, in (0, 1).</param>
    /// <returns>Density times weight; NaN where the density is not known.</returns>
    public double Effective(INoiseSchedule schedule, Prediction prediction, double t) => Density(t) * Weight(schedule, prediction, t);

    /// <summary>A table of density, weight and both together, for a log or a reader.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <returns>Some lines. "Together" is relative to its mean.</returns>
    public string Describe(INoiseSchedule schedule, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var mean = Times.Average(t => Effective(schedule, prediction, t));
        var text = new StringBuilder();
        text.AppendLine(ToString());
        text.AppendLine(CultureInfo.InvariantCulture, $"{"t",6}{"density",10}{"weight",10}{"together",10}   (on {prediction})");
        foreach (var t in Times)
        {
            var together = Effective(schedule, prediction, t) / mean;
            text.AppendLine(CultureInfo.InvariantCulture, $"{t,6:0.00}{Density(t),10:0.000}{Weight(schedule, prediction, t),10:0.000}{together,10:0.000}");
        }
        if (IsTwofold(schedule, prediction))
            text.AppendLine("Both prefer some times: the preferences multiply. Use uniform times or constant weights if one was meant.");
        return text.ToString();
    }

    /// <returns>Both, in a line.</returns>
    public override string ToString() => $"times {Timesteps}; weights {Weighting}";

    private static bool Varies(Func<double, double> function)
    {
        double[] values = [.. Times.Select(function)];
        return !(values.Max() - values.Min() <= 1e-6 * values.Max());              // NaN, of a density that is not known, may vary
    }

    private double Density(double t) => Timesteps is TimestepDensity density ? density.Density(t) : double.NaN;

    private double Weight(INoiseSchedule schedule, Prediction prediction, double t)
    {
        using var scope = NewDisposeScope();
        return Weighting.Weight(schedule.At(schedule.Snap(full(1, t, ScalarType.Float64))), prediction).item<double>();
    }
}
