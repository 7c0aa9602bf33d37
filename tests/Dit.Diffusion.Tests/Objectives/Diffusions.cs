using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The official diffusion's words in ours.</summary>
internal static class Diffusions
{
    public static DiscreteSchedule Schedule(string name) => name switch
    {
        "linear" => DiscreteSchedule.Linear(),
        "squaredcos_cap_v2" => DiscreteSchedule.Cosine(),
        _ => throw new NotSupportedException(name),
    };

    public static Prediction Mean(string name) => name switch
    {
        "eps" => Prediction.Epsilon,
        "x0" => Prediction.Sample,
        _ => throw new NotSupportedException(name),
    };

    /// <summary>Indices of steps as times.</summary>
    public static Tensor Times(Tensor indices, int steps = 1000) => ((indices + 1).to(float64) / steps).to(float32);
}
