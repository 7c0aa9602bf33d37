using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

/// <summary>
/// flow_matching's five schedulers and every conversion between velocity, data and noise. Its time runs from noise to data. Two of its schedulers are no
/// part of the library: they are written here as a user would, and their conversions are the library's.
/// </summary>
[Trait("Category", "Golden")]
public sealed class FlowMetaGoldenTests
{
    private static readonly string[] Inputs = ["x0", "x1", "t", "v", "t_grid"];
    private static readonly double[] Ratios = [0.1, 1, 7];

    private static readonly Dictionary<string, INoiseSchedule> Schedules = new()
    {
        ["cond_ot"] = new RectifiedFlow(),
        ["vp"] = new VariancePreserving(0.1, 20),
        ["cosine"] = new TrigonometricPath(),
        ["poly3"] = new PolynomialPath(3),
        ["linear_vp"] = new LinearVariancePreserving(),
    };

    [Fact]
    public void Every_value()
    {
        using var golden = Golden.Open("flow_meta");
        using var scope = NewDisposeScope();
        foreach (var key in golden.Keys.Except(Inputs))
        {
            var parts = key.Split('.');
            golden.AssertClose(key, Value(golden, Schedules[parts[0]], parts[1]));
        }
    }

    private static Tensor Value(Golden golden, INoiseSchedule schedule, string quantity)
    {
        var grid = schedule.At(1 - golden["t_grid"].to(ScalarType.Float64));                               // 4 x [13]
        var path = schedule.At((1 - golden["t"].to(ScalarType.Float64)).view(-1, 1, 1, 1));                // 4 x [B, 1, 1, 1]
        var (data, noise, given) = (golden["x1"], golden["x0"], golden["v"]);
        var state = path.Alpha * data + path.Sigma * noise;
        return quantity switch
        {
            "alpha_t" => grid.Alpha,
            "sigma_t" => grid.Sigma,
            "d_alpha_t" => (-grid.AlphaDerivative).expand(golden["t_grid"].shape),
            "d_sigma_t" => (-grid.SigmaDerivative).expand(golden["t_grid"].shape),
            "snr_inverse" => tensor(Array.ConvertAll(Ratios, ratio => 1 - schedule.TimeFromLogSnr(2 * Math.Log(ratio)))),
            "x_t" => state,
            "dx_t" => -Prediction.FlowVelocity.Target(path, data, noise),
            _ => Converted(quantity.Split("_to_")),
        };

        Tensor Converted(string[] kinds)
        {
            var (from, to) = (Kind(kinds[0]), Kind(kinds[1]));
            var converted = from.Convert(to, path, state, from == Prediction.FlowVelocity ? -given : given);
            return to == Prediction.FlowVelocity ? -converted : converted;
        }
    }

    private static Prediction Kind(string name) => name switch
    {
        "velocity" => Prediction.FlowVelocity,
        "target" => Prediction.Sample,
        "epsilon" => Prediction.Epsilon,
        _ => throw new NotSupportedException(name),
    };
}
