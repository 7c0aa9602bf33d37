using System.Globalization;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

/// <summary>diffusers' beta tables, states, v targets, signal-to-noise ratios and min-SNR weights and losses.</summary>
[Trait("Category", "Golden")]
public sealed class SchedTrainingGoldenTests
{
    private static readonly string[] Inputs = ["t", "x", "noise", "model_pred"];

    [Fact]
    public void Every_value()
    {
        using var golden = Golden.Open("sched_training");
        using var scope = NewDisposeScope();
        foreach (var key in golden.Keys.Except(Inputs)) golden.AssertClose(key, Value(golden, key));
    }

    private static Tensor Value(Golden golden, string key)
    {
        var parts = key.Split('.');
        var schedule = Schedule(golden, parts[0]);
        var path = schedule.At((golden["t"].to(ScalarType.Float64) + 1) / schedule.StepCount);             // 4 x [N]
        return parts[1] switch
        {
            "betas" => tensor([.. schedule.Betas]),
            "alphas_cumprod" => tensor([.. schedule.AlphaBars]),
            "zero_snr" when parts[2] == "betas" => tensor([.. schedule.WithZeroTerminalSnr().Betas]),
            "zero_snr" => tensor([.. schedule.WithZeroTerminalSnr().AlphaBars]),
            "add_noise" => Images(path).Alpha * golden["x"] + Images(path).Sigma * golden["noise"],
            "velocity" => Prediction.V.Target(Images(path), golden["x"], golden["noise"]),
            "snr" => Rounded(path.Alpha.square()),
            "min_snr" => MinSnr(golden, path, key),
            _ => throw new NotSupportedException(key),
        };
    }

    /// <summary>diffusers takes 1 - alpha^2 in float32: at the first step of the linear schedule its ratio is 9997, and ours 9999, which is right.</summary>
    private static Tensor Rounded(Tensor alphaBar)
    {
        var rounded = alphaBar.to(ScalarType.Float32);
        return rounded / (1 - rounded);
    }

    /// <summary>As in linear.min_snr.gamma5.0.v_prediction.loss.</summary>
    private static Tensor MinSnr(Golden golden, PathCoefficients path, string key)
    {
        var parts = key.Split(".min_snr.gamma")[1].Split('.');
        var gamma = double.Parse($"{parts[0]}.{parts[1]}", CultureInfo.InvariantCulture);
        var prediction = parts[2] == "epsilon" ? Prediction.Epsilon : Prediction.V;
        var weights = new MinSnrWeighting(gamma).Weight(path, prediction);
        if (parts[3] == "weights") return weights;
        var error = golden["model_pred"] - prediction.Target(Images(path), golden["x"], golden["noise"]);
        return (weights * error.square().mean([1, 2, 3])).mean();
    }

    private static PathCoefficients Images(PathCoefficients path)
    {
        static Tensor Column(Tensor part) => part.view(-1, 1, 1, 1);
        return new(Column(path.Alpha), Column(path.Sigma), Column(path.AlphaDerivative), Column(path.SigmaDerivative));
    }

    private static DiscreteSchedule Schedule(Golden golden, string name)
    {
        var config = golden.Config.GetProperty(name);
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;
        var betas = config.GetProperty("beta_schedule").GetString()!;
        return DiscreteSchedule.Named(betas, (int)golden[$"{name}.betas"].shape[0], Number("beta_start", 1e-4), Number("beta_end", 0.02));
    }
}
