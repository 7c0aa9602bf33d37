using Dit.Tests;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>The whole of a training step, several times: the trainer against the official loop's numbers.</summary>
[Trait("Category", "Golden")]
public sealed class TrainStepsGoldenTests
{
    /// <summary>What the fixture's note allows for weights after the last step.</summary>
    private const double WeightTolerance = 5e-5;

    [Fact]
    public void Losses_gradients_weights_and_averages()
    {
        using var golden = Golden.Open("dit_train_steps");
        var config = golden.Config;
        using var model = Models.Load(golden, config.GetProperty("dit"), "init.");
        var objective = new OfficialObjective();
        var betas = config.GetProperty("betas").EnumerateArray().Select(b => b.GetDouble()).ToArray();
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions
        {
            Optimizer = new AdamWOptions
            {
                LearningRate = config.GetProperty("lr").GetDouble(),
                Beta1 = betas[0],
                Beta2 = betas[1],
                Epsilon = config.GetProperty("eps").GetDouble(),
                WeightDecay = config.GetProperty("weight_decay").GetDouble(),
            },
            EmaDecay = config.GetProperty("ema_decay").GetDouble(),
            MaxGradientNorm = 1e9,                                             // measures the norm, clips nothing
            Precision = Precision.Float32,
        });

        using var scope = NewDisposeScope();
        var tolerance = golden.Tolerance("abs", 1e-5) + golden.Tolerance("rel", 1e-5) * golden["loss"].abs().max().item<float>();
        for (var i = 0; i < config.GetProperty("steps").GetInt32(); i++)
        {
            objective.Times = golden["t"][i];
            objective.Noise = golden["noise"][i];
            objective.Dropped = golden["drop_uniform"][i].lt(model.Config.LabelDropout);
            using var batch = new Batch(golden["x"][i].clone(), golden["y"][i].clone());
            var step = trainer.TrainStep(batch);

            AssertNear(golden["mse"][i], objective.Terms.Mse, tolerance);
            AssertNear(golden["vb"][i], objective.Terms.Vb, tolerance);
            Assert.Equal(golden["loss"][i].mean().item<float>(), step.Loss, tolerance);
            var norm = golden["grad_norm"][i].item<double>();
            Assert.Equal(norm, step.GradientNorm, 1e-5 + 1e-4 * norm);
        }
        AssertWeights(golden, "final", model);
        AssertWeights(golden, "ema", trainer.EmaModel);
    }

    private static void AssertNear(Tensor expected, double[] got, double tolerance)
    {
        using var host = expected.to(float64).cpu();
        Assert.All(host.data<double>().Zip(got), p => Assert.Equal(p.First, p.Second, tolerance));
    }

    /// <summary>The bias of the keys has no gradient but rounding noise, which Adam turns into steps: it is left out.</summary>
    private static void AssertWeights(Golden golden, string prefix, DitModel model)
    {
        using var guard = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var key = $"{prefix}.{name}";
            using var compared = parameter.clone();
            if (name.EndsWith("attn.qkv.bias", StringComparison.Ordinal))
            {
                var width = model.Config.Width;
                compared.narrow(0, width, width).copy_(golden[key].narrow(0, width, width));
            }
            golden.AssertClose(key, compared, WeightTolerance, 0);
        }
    }
}
