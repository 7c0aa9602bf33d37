using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>The toy model as SiT's fixtures use it: in time s = 1 - t, where the data is at s = 1 and velocities point to it.</summary>
internal sealed class SitDenoiser : Denoiser
{
    private readonly ToyModel _toy;
    private readonly string _kind;
    private readonly double _skip;

    /// <param name="golden">The fixture.</param>
    /// <param name="path">Its path: Linear, GVP or VP.</param>
    /// <param name="kind">Its prediction: velocity, noise or score.</param>
    public SitDenoiser(Golden golden, string path, string kind) : base(Path(path), PredictionOf(kind))
    {
        (_toy, _kind) = (new(golden, "toy"), kind);
        _skip = path == "VP" ? 0.9 : 1;                                              // the fixture's c
    }

    public int Evaluations { get; private set; }

    public static INoiseSchedule Path(string name) => name switch
    {
        "Linear" => new RectifiedFlow(),
        "GVP" => new TrigonometricPath(),
        "VP" => new VariancePreserving(),
        _ => throw new NotSupportedException(name),
    };

    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        Evaluations++;
        var s = 1 - t;
        var toy = _toy.call(x, full(x.shape[0], s, x.dtype, x.device), null)!;
        return (_kind switch
        {
            "velocity" => -toy,
            "noise" => _skip * x + s * toy,
            _ => -(_skip * x + s * toy),
        }).MoveToOuterDisposeScope();
    }

    private static Prediction PredictionOf(string kind) => kind switch
    {
        "velocity" => Prediction.FlowVelocity,
        "noise" => Prediction.Epsilon,
        "score" => Prediction.Score,
        _ => throw new NotSupportedException(kind),
    };
}
