using Dit.Core;
using Dit.Tests;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The whole of a training step, several times: the trainer and the official objective against the official loop's numbers.</summary>
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
        using var model = FixtureModel.Load(golden, "init.");
        var objective = new Recorded(DenoisingObjective.OfficialDit());
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
        for (var i = 0; i < config.GetProperty("steps").GetInt32(); i++)
        {
            objective.Times = Diffusions.Times(golden["t"][i]);
            objective.Noise = golden["noise"][i];
            objective.Dropped = golden["drop_uniform"][i].lt(model.Config.LabelDropout);
            using var batch = new Batch(golden["x"][i].clone(), golden["y"][i].clone());
            var step = trainer.TrainStep(batch);

            AssertNear(golden, "mse", i, objective.Terms.Error!);
            AssertNear(golden, "vb", i, objective.Terms.Bound!);
            AssertNear(golden, "loss", i, objective.Terms.PerImage());
            Assert.Equal(golden["loss"][i].mean().item<float>(), step.Loss, 2e-5);
            var norm = golden["grad_norm"][i].item<double>();
            Assert.Equal(norm, step.GradientNorm, 1e-5 + 1e-4 * norm);
        }
        AssertWeights(golden, "final", model);
        AssertWeights(golden, "ema", trainer.EmaModel);
    }

    private static void AssertNear(Golden golden, string key, int step, Tensor got)
    {
        var tolerance = golden.Tolerance("abs", 1e-5) + golden.Tolerance("rel", 1e-5) * golden["loss"].abs().max().item<float>();
        Approximately.Equal(golden[key][step], got.detach(), tolerance);
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

    /// <summary>An objective whose draws are the fixture's.</summary>
    private sealed class Recorded(DenoisingObjective objective) : ITrainingObjective
    {
        public Tensor? Times { get; set; }

        public Tensor? Noise { get; set; }

        public Tensor? Dropped { get; set; }

        /// <summary>Of the last loss.</summary>
        public LossTerms Terms { get; private set; }

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            var terms = objective.Terms(new Dropping((DitModel)model, Dropped!), images, labels, Times!, Noise!);
            Terms = new(terms.Error!.detach().DetachFromDisposeScope(), terms.Bound!.detach().DetachFromDisposeScope(), null);
            return terms.Total();
        }
    }

    /// <summary>Drops the labels that the fixture drops.</summary>
    private sealed class Dropping(DitModel model, Tensor dropped) : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(Dropping))
    {
        public override Tensor forward(Tensor x, Tensor t, Tensor? y) => model.forward(x, t, y, dropped);
    }
}
