using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The one place that knows what each <see cref="Prediction"/> is: at one time for sampling, at many for training.</summary>
internal static class PredictionExtensions
{
    public static Combination At(this Prediction prediction, INoiseSchedule schedule, double t) => prediction switch
    {
        Prediction.FlowVelocity => Combination.Velocity(schedule, t),
        Prediction.Epsilon => Combination.PureNoise,
        Prediction.Sample => Combination.Clean,
        Prediction.V => new(-schedule.Sigma(t), schedule.Alpha(t)),
        Prediction.Score => new(0, -1 / schedule.Sigma(t)),
        _ => throw Unknown(prediction),
    };

    /// <param name="prediction">The kind of target.</param>
    /// <param name="path">Coefficients that broadcast with the images.</param>
    /// <param name="clean">x_0, [B, C, H, W].</param>
    /// <param name="noise">eps, [B, C, H, W].</param>
    /// <returns>What the network should say, [B, C, H, W].</returns>
    public static Tensor Target(this Prediction prediction, PathCoefficients path, Tensor clean, Tensor noise) => prediction switch
    {
        Prediction.FlowVelocity => path.AlphaDerivative * clean + path.SigmaDerivative * noise,
        Prediction.Epsilon => noise.alias(),
        Prediction.Sample => clean.alias(),
        Prediction.V => path.Alpha * noise - path.Sigma * clean,
        Prediction.Score => -noise / path.Sigma,
        _ => throw Unknown(prediction),
    };

    public static Prediction Validated(this Prediction prediction, string parameter) =>
        Enum.IsDefined(prediction) ? prediction : throw Unknown(prediction, parameter);

    private static ArgumentOutOfRangeException Unknown(Prediction prediction, string parameter = "prediction") =>
        new(parameter, prediction, $"No such prediction; there are {string.Join(", ", Enum.GetNames<Prediction>())}.");
}
