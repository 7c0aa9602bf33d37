using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What each <see cref="Prediction"/> is, and how one becomes another: at one time for sampling, at many for training.</summary>
public static class PredictionExtensions
{
    /// <summary>What a network should predict.</summary>
    /// <param name="prediction">The kind of prediction.</param>
    /// <param name="path">Coefficients that broadcast with the images.</param>
    /// <param name="clean">x_0, [B, C, H, W].</param>
    /// <param name="noise">eps, [B, C, H, W].</param>
    /// <returns>[B, C, H, W]; the caller owns it.</returns>
    public static Tensor Target(this Prediction prediction, PathCoefficients path, Tensor clean, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = NewDisposeScope();
        var target = prediction switch
        {
            Prediction.FlowVelocity => path.AlphaDerivative * clean + path.SigmaDerivative * noise,
            Prediction.Epsilon => noise.alias(),
            Prediction.Sample => clean.alias(),
            Prediction.V => path.Alpha * noise - path.Sigma * clean,
            Prediction.Score => -noise / path.Sigma,
            _ => throw Unknown(prediction),
        };
        return target.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Reads what a network predicted as another kind of prediction: with x_t = alpha x_0 + sigma eps, any two combinations of x_0 and eps give every
    /// third.
    /// </summary>
    /// <param name="prediction">What was predicted.</param>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="path">Coefficients at the state's times that broadcast with it.</param>
    /// <param name="state">x_t, [B, C, H, W].</param>
    /// <param name="output">The prediction, [B, C, H, W].</param>
    /// <returns>
    /// [B, C, H, W]; the caller owns it. Not finite at times where the prediction says no more than the state: the noise where nothing of the data is
    /// left, the data where there is no noise.
    /// </returns>
    public static Tensor Convert(this Prediction prediction, Prediction wanted, PathCoefficients path, Tensor state, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(output);
        if (prediction.Validated(nameof(prediction)) == wanted.Validated(nameof(wanted))) return output.alias();
        using var scope = NewDisposeScope();
        return wanted.At(path).From(prediction.At(path), path, state, output).MoveToOuterDisposeScope();
    }

    internal static Combination At(this Prediction prediction, INoiseSchedule schedule, double t) => prediction switch
    {
        Prediction.FlowVelocity => Combination.Velocity(schedule, t),
        Prediction.Epsilon => Combination.PureNoise,
        Prediction.Sample => Combination.Clean,
        Prediction.V => new(-schedule.Sigma(t), schedule.Alpha(t)),
        Prediction.Score => new(0, -1 / schedule.Sigma(t)),
        _ => throw Unknown(prediction),
    };

    internal static TensorCombination At(this Prediction prediction, PathCoefficients path) => prediction switch
    {
        Prediction.FlowVelocity => new(path.AlphaDerivative, path.SigmaDerivative),
        Prediction.Epsilon => new(zeros_like(path.Alpha), ones_like(path.Alpha)),
        Prediction.Sample => new(ones_like(path.Alpha), zeros_like(path.Alpha)),
        Prediction.V => new(-path.Sigma, path.Alpha),
        Prediction.Score => new(zeros_like(path.Alpha), -1 / path.Sigma),
        _ => throw Unknown(prediction),
    };

    internal static Prediction Validated(this Prediction prediction, string parameter) =>
        Enum.IsDefined(prediction) ? prediction : throw Unknown(prediction, parameter);

    /// <summary>Refuses a prediction that a schedule makes meaningless.</summary>
    internal static Prediction ValidatedFor(this Prediction prediction, INoiseSchedule schedule, string parameter)
    {
        if (schedule is DiscreteSchedule { HasZeroTerminalSnr: true } && prediction is Prediction.Epsilon or Prediction.Score)
            throw new ArgumentException(
                $"After the last step of this schedule nothing of the data is left: there the noise is the state itself, and Prediction.{prediction} teaches " +
                "nothing and cannot be sampled from. Predict V or Sample, or use the schedule without WithZeroTerminalSnr().", parameter);
        return prediction.Validated(parameter);
    }

    private static ArgumentOutOfRangeException Unknown(Prediction prediction, string parameter = "prediction") =>
        new(parameter, prediction, $"No such prediction; there are {string.Join(", ", Enum.GetNames<Prediction>())}.");
}
