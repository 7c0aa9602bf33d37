using System.Globalization;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Timesteps;

/// <summary>SD3's training as diffusers has it: densities, weightings, the shift and the tables made with it, one step with its gradient.</summary>
[Trait("Category", "Golden")]
public sealed class FlowSd3GoldenTests
{
    private readonly Golden _golden = Golden.Open("flow_sd3");

    [Fact]
    public void Every_value()
    {
        using var scope = NewDisposeScope();
        string[] inputs = ["normal", "uniform", "sigmas", "shift.in", "train.x", "train.noise", "train.model_pred", "train.u"];
        foreach (var key in _golden.Keys.Except(inputs))
        {
            var parts = key.Split('.');
            var value = parts[0] switch
            {
                "density" => Density(parts[1], key),
                "weighting" => Weighting(parts[1]).Weight(new RectifiedFlow().At(_golden["sigmas"]), Prediction.FlowVelocity),
                "shift" => TimeShift.Apply(_golden["shift.in"], Number(key["shift.out.".Length..])),
                "schedule" when parts[1] == "dynamic" => Told(TimeShift.Apply(Linspace(1, 1 / 12.0, 12), Math.Exp(0.8)), parts[2]),
                "schedule" => Table(Number($"{parts[1]["shift".Length..]}.{parts[2]}"), parts),
                "train" => Step(parts),
                _ => throw new NotSupportedException(key),
            };
            _golden.AssertClose(key, value, abs: parts[^1] == "timesteps" ? 1e-3 : null);
        }
    }

    [Fact]
    public void Shift_by_tokens()
    {
        foreach (var entry in _golden.Json.GetProperty("mu_by_seq_len").EnumerateObject())
            Assert.Equal(entry.Value.GetDouble(), Math.Log(TimeShift.ForTokens(long.Parse(entry.Name, CultureInfo.InvariantCulture))), 1e-12);
    }

    /// <summary>As in density.logit_normal.m0.5.s0.8, whose draws are normal numbers, and density.mode.scale1.29, whose draws are uniform.</summary>
    private Tensor Density(string kind, string key)
    {
        if (kind == "mode") return new ModeTimesteps(Number(key["density.mode.scale".Length..])).FromUniform(_golden["uniform"]);
        var numbers = key["density.logit_normal.m".Length..].Split(".s");
        var uniform = 0.5 * (1 + (_golden["normal"].to(ScalarType.Float64) / Math.Sqrt(2)).erf());
        return new LogitNormalTimesteps(Number(numbers[0]), Number(numbers[1])).FromUniform(uniform);
    }

    private static ILossWeighting Weighting(string name) => name switch
    {
        "sigma_sqrt" => new InverseVarianceWeighting(),
        "cosmap" => new CosMapWeighting(),
        "none" => new ConstantWeighting(),
        _ => throw new NotSupportedException(name),
    };

    /// <summary>The 1000 training times, or a walk's, which diffusers puts between shifted ends and shifts again.</summary>
    private static Tensor Table(double shift, string[] parts)
    {
        var times = TimeShift.Apply(Linspace(1, 0.001, 1000), shift);                                      // [1000]
        if (parts[^1] == "sigma_min_max") return stack([times[999], times[0]]);
        if (parts[^2] == "train") return parts[^1] == "sigmas" ? times : 1000 * times;
        var count = int.Parse(parts[^2]["infer".Length..], CultureInfo.InvariantCulture);
        return Told(TimeShift.Apply(Linspace(times[0].item<double>(), times[999].item<double>(), count), shift), parts[^1]);
    }

    private static Tensor Told(Tensor times, string what) => what == "timesteps" ? 1000 * times : cat([times, zeros(1, ScalarType.Float64)]);

    private Tensor Step(string[] parts)
    {
        var (x, noise) = (_golden["train.x"], _golden["train.noise"]);
        var shift = _golden.Config.GetProperty("train").GetProperty("shift").GetDouble();
        var indices = (_golden["train.u"] * 1000).to(ScalarType.Int64);                                    // [n]
        var t = TimeShift.Apply((1000 - indices).to(ScalarType.Float64) / 1000, shift);                    // [n]
        var path = new RectifiedFlow().At(t.view(-1, 1, 1, 1));
        var noisy = path.Alpha * x + path.Sigma * noise;
        switch (parts[1])
        {
            case "indices": return indices;
            case "timesteps": return ((INoiseSchedule)new RectifiedFlow()).NetworkTime(t);
            case "sigmas": return t;
            case "noisy": return noisy;
            case "target": return Prediction.FlowVelocity.Target(path, x, noise);
        }

        var output = _golden["train.model_pred"].clone().requires_grad_();
        var kind = parts[2] == "precond" ? Prediction.Sample : Prediction.FlowVelocity;
        var error = Prediction.FlowVelocity.Convert(kind, path, noisy, output) - kind.Target(path, x, noise);
        var losses = (Weighting(parts[1]).Weight(path, kind) * error.square()).mean([1, 2, 3]);            // [n]
        if (parts[3] == "loss") return losses.detach();
        losses.mean().backward();
        return output.grad!;
    }

    private static Tensor Linspace(double first, double last, int count) => linspace(first, last, count, ScalarType.Float64);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
