using System.Text.Json;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>SiT's training losses. Its time runs from noise to data, so that times are mirrored and velocities have the other sign.</summary>
/// <remarks>
/// Excluded: the fixture's <c>check_interval</c>, of which the intervals for training are in <c>t</c> and so are tested here; those for sampling belong to
/// samplers.
/// </remarks>
[Trait("Category", "Golden")]
public sealed class SitLossesGoldenTests
{
    public static TheoryData<string> Runs
    {
        get
        {
            using var golden = Golden.Open("sit_losses");
            return [.. golden.Config.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("key").GetString()!)];
        }
    }

    [Fact]
    public void No_run_is_missing()
    {
        using var golden = Golden.Open("sit_losses");
        Assert.Equal(golden.Keys.Count(key => key.EndsWith(".loss", StringComparison.Ordinal)), Runs.Count);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Loss_and_its_gradient(string key)
    {
        using var golden = Golden.Open("sit_losses");
        using var scope = NewDisposeScope();
        var run = golden.Config.GetProperty("runs").EnumerateArray().Single(run => run.GetProperty("key").GetString() == key);
        var prediction = Predicted(run);
        var weight = run.GetProperty("loss_weight").GetString();
        var objective = new DenoisingObjective(Path(run), prediction, new UniformTimesteps())
        {
            LossSpace = prediction == Prediction.FlowVelocity || weight == "velocity" ? Prediction.FlowVelocity : Prediction.Epsilon,
            SmallestDivisor = 1e-9,
            Weighting = weight == "likelihood" ? new LikelihoodWeighting() : null,
        };
        var interval = run.GetProperty("interval").EnumerateArray().Select(end => end.GetDouble()).ToArray();
        golden.AssertClose($"{key}.t", golden["u"] * (interval[1] - interval[0]) + interval[0]);

        var sign = prediction == Prediction.FlowVelocity ? -1 : 1;
        var output = (sign * golden["model_output"]).requires_grad_();
        var network = new FixedNetwork(output);
        var t = 1 - golden[$"{key}.t"];
        var terms = objective.Terms(network, golden["x1"], null, t, golden["x0"]);
        if (golden.Has($"{key}.xt")) golden.AssertClose($"{key}.xt", network.Noisy!);
        golden.AssertClose($"{key}.loss", terms.PerImage());
        terms.Total().backward();
        golden.AssertClose($"{key}.grad_model_output", sign * output.grad!);
    }

    private static INoiseSchedule Path(JsonElement run) => run.GetProperty("path").GetString() switch
    {
        "Linear" => new RectifiedFlow(),
        "GVP" => new TrigonometricPath(),
        "VP" => new VariancePreserving(),
        var path => throw new NotSupportedException(path),
    };

    private static Prediction Predicted(JsonElement run) => run.GetProperty("prediction").GetString() switch
    {
        "velocity" => Prediction.FlowVelocity,
        "noise" => Prediction.Epsilon,
        "score" => Prediction.Score,
        var prediction => throw new NotSupportedException(prediction),
    };
}
