using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

/// <summary>SiT's three paths and their conversions. SiT's time runs from noise to data, so derivatives and velocities change their sign.</summary>
[Trait("Category", "Golden")]
public sealed class SitPathsGoldenTests
{
    private static readonly string[] Inputs = ["t", "x0", "x1", "model_output"];

    // Diffusions that are functions of time alone: they belong to the SDE samplers, whose tests hold DiffusionForm against these values.
    private static readonly string[] Excluded = ["linear", "decreasing", "inccreasing-decreasing"];

    // What the fixture's note allows for VP. SiT takes its sigma from 1 - exp in float32, which a thousandth from the data is off by more than that in
    // what is divided by it: there its sigma is put in place of ours.
    private const double VpTolerance = 1e-4;

    [Fact]
    public void Every_value()
    {
        using var golden = Golden.Open("sit_paths");
        using var scope = NewDisposeScope();
        foreach (var key in golden.Keys.Except(Inputs))
        {
            var parts = key.Split('.', 3);
            if (parts[1] == "diffusion" && Excluded.Contains(parts[2].Split('.')[0])) continue;
            golden.AssertClose(key, Value(golden, parts[0], key[(parts[0].Length + 1)..]), rel: parts[0] == "VP" ? VpTolerance : null);
        }
    }

    private static Tensor Value(Golden golden, string name, string quantity)
    {
        INoiseSchedule schedule = name switch { "Linear" => new RectifiedFlow(), "GVP" => new TrigonometricPath(), _ => Vp(golden) };
        var t = 1 - golden["t"].to(ScalarType.Float64);                                                    // [N]
        var (each, image) = (schedule.At(t), schedule.At(t.view(-1, 1, 1, 1)));
        if (name == "VP" && quantity != "sigma") (each, image) = (WithTheirSigma(each), WithTheirSigma(image));
        var (data, noise, output) = (golden["x1"], golden["x0"], golden["model_output"]);
        var state = image.Alpha * data + image.Sigma * noise;                                              // [N, C, S, S]
        var drift = new LikelihoodWeighting().Weight(each, Prediction.Epsilon) * each.Sigma.square();      // [N]
        return quantity switch
        {
            "alpha" => each.Alpha,
            "sigma" => each.Sigma,
            "d_alpha" => (-each.AlphaDerivative).expand(t.shape),
            "d_sigma" => (-each.SigmaDerivative).expand(t.shape),
            "d_alpha_alpha_ratio" => -each.AlphaDerivative / each.Alpha,
            "xt" => state,
            "ut" => -Prediction.FlowVelocity.Target(image, data, noise),
            "drift_mean" => image.AlphaDerivative / image.Alpha * state,
            "drift_var" or "diffusion.SBDM.norm1.0" => drift,
            "diffusion.sigma.norm1.0" => each.Sigma,
            "diffusion.sigma.norm0.5" => 0.5 * each.Sigma,
            "noise_from_velocity" => Prediction.FlowVelocity.Convert(Prediction.Epsilon, image, state, -output),
            "score_from_velocity" => Prediction.FlowVelocity.Convert(Prediction.Score, image, state, -output),
            "velocity_from_score" => -Prediction.Score.Convert(Prediction.FlowVelocity, image, state, output),
            _ => throw new NotSupportedException(quantity),
        };
    }

    private static PathCoefficients WithTheirSigma(PathCoefficients path)
    {
        var sigma = (1 - (2 * path.Alpha.log()).to(ScalarType.Float32).exp()).sqrt();
        return path with { Sigma = sigma, SigmaDerivative = path.SigmaDerivative * path.Sigma / sigma };
    }

    private static VariancePreserving Vp(Golden golden)
    {
        var vp = golden.Config.GetProperty("vp");
        return new(vp.GetProperty("sigma_min").GetDouble(), vp.GetProperty("sigma_max").GetDouble());
    }
}
