using System.Globalization;
using System.Text.Json;
using Dit.Tests;
using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Optimizers and gradient clipping against PyTorch's numbers.</summary>
[Trait("Category", "Golden")]
public sealed class OptimizerGoldenTests
{
    public static TheoryData<string> Optimizers
    {
        get
        {
            using var golden = Golden.Open("optim");
            return [.. golden.Config.GetProperty("optimizers").EnumerateObject().Select(o => o.Name)];
        }
    }

    public static TheoryData<string> Clippings
    {
        get
        {
            using var golden = Golden.Open("optim");
            return [.. ClippingNames(golden)];
        }
    }

    [Theory, MemberData(nameof(Optimizers))]
    public void Steps(string name)
    {
        using var golden = Golden.Open("optim");
        using var parameter = new Parameter(golden["p0"].clone());
        using var optimizer = Create(name, golden.Config.GetProperty("optimizers").GetProperty(name), parameter);
        using var scope = NewDisposeScope();
        var steps = new List<Tensor>();
        for (var i = 0; i < golden.Config.GetProperty("steps").GetInt32(); i++)
        {
            parameter.grad = golden["grads"][i].clone();
            optimizer.step();
            steps.Add(parameter.detach().clone());
        }
        golden.AssertClose($"{name}.params", stack(steps));
        if (golden.Has($"{name}.state.exp_avg") && optimizer is AdamW adamw)
        {
            var state = (AdamW.State)adamw.state_dict().State.Single();
            Assert.Equal(golden[$"{name}.state.step"].to(float64).item<double>(), state.step);
            golden.AssertClose($"{name}.state.exp_avg", state.exp_avg);
            golden.AssertClose($"{name}.state.exp_avg_sq", state.exp_avg_sq);
        }
    }

    public static TheoryData<string> Schedules
    {
        get
        {
            using var golden = Golden.Open("optim");
            return [.. golden.Config.GetProperty("lr_schedules").EnumerateObject().Select(s => s.Name)];
        }
    }

    /// <summary>
    /// diffusers' first step has a learning rate of 0, which changes nothing; ours begins with the first part of the warm-up. So a step of the warm-up
    /// is compared with diffusers' next, and from then on each with its own.
    /// </summary>
    [Theory, MemberData(nameof(Schedules))]
    public void Learning_rates(string name)
    {
        const double Rate = 2e-3, LeastOfPolynomial = 1e-7;
        using var golden = Golden.Open("optim");
        using var scope = NewDisposeScope();
        var config = golden.Config.GetProperty("lr_schedules").GetProperty(name);
        long Number(string key) => config.TryGetProperty(key, out var value) ? value.GetInt64() : 0;
        var (warmup, steps) = (Number("num_warmup_steps"), Number("num_training_steps") - Number("num_warmup_steps"));
        LearningRateSchedule schedule = name switch
        {
            "constant" or "constant_with_warmup" => new ConstantRate(),
            "linear" => new PolynomialDecay(steps),
            "cosine" => new CosineDecay(steps),
            "cosine_with_restarts" => new CosineDecay(steps) { Cycles = (int)Number("num_cycles") },
            "polynomial" => new PolynomialDecay(steps, config.GetProperty("power").GetDouble()) { Least = LeastOfPolynomial / Rate },
            _ => throw new NotSupportedException(name),
        };
        using var model = Models.Random(Models.Tiny);
        using var run = new OptimizerRunProbe(model, new DitTrainerOptions { Optimizer = new AdamWOptions { LearningRate = Rate }, WarmupSteps = warmup, LearningRateSchedule = schedule });
        var expected = golden[$"lr.{name}"].cpu().data<double>().ToArray();
        // Excluded: what comes after the last step of one cosine, where diffusers' rate rises again and ours stays.
        var count = name == "cosine" ? (int)Number("num_training_steps") + 1 : expected.Length;
        for (var step = 0; step < count; step++)
            Assert.Equal(expected[step < warmup ? step + 1 : step], run.LearningRate(step), 1e-12);
    }

    /// <summary>The learning rate that a trainer reports, one step at a time.</summary>
    private sealed class OptimizerRunProbe : IDisposable
    {
        private readonly DitTrainer _trainer;
        private readonly Batch _batch = new(zeros(1, 1, 8, 8), zeros(1, int64));
        private int _next;

        public OptimizerRunProbe(DitModel model, DitTrainerOptions options) => _trainer = new DitTrainer(model, new FlowObjective(), options with { Precision = Precision.Float32 });

        public double LearningRate(int step)
        {
            Assert.Equal(_next++, step);
            return _trainer.TrainStep(_batch).LearningRate;
        }

        public void Dispose()
        {
            _batch.Dispose();
            _trainer.Dispose();
        }
    }

    [Theory, MemberData(nameof(Clippings))]
    public void Clipping(string name)
    {
        using var golden = Golden.Open("optim");
        using var scope = NewDisposeScope();
        var (max, type) = Limits(name);
        Parameter[] parameters = [.. golden.Under("clip.grad").Values.Select(WithGradient)];
        var norm = nn.utils.clip_grad_norm_(parameters, max, type);
        golden.AssertClose($"{name}.total_norm", tensor(norm));
        for (var i = 0; i < parameters.Length; i++)
            golden.AssertClose($"{name}.grad{i}", parameters[i].grad!);
    }

    /// <summary>The trainer's way of clipping, which does not wait for the device.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Clipping_on_the_device(bool fused)
    {
        using var golden = Golden.Open("optim");
        using var scope = NewDisposeScope();
        var enabled = FusedOps.Enabled;
        FusedOps.Enabled = fused && enabled;
        try
        {
            foreach (var name in ClippingNames(golden).Where(n => Limits(n).Type == 2))
            {
                Tensor[] gradients = [.. golden.Under("clip.grad").Values.Select(g => g.clone())];
                golden.AssertClose($"{name}.total_norm", FusedOps.ClipGradNorm(gradients, Limits(name).Max));
                for (var i = 0; i < gradients.Length; i++)
                    golden.AssertClose($"{name}.grad{i}", gradients[i]);
            }
        }
        finally
        {
            FusedOps.Enabled = enabled;
        }
        Assert.Throws<ArgumentException>("gradients", () => FusedOps.ClipGradNorm([], 1));
    }

    [Fact]
    public void Clipping_by_value()
    {
        using var golden = Golden.Open("optim");
        using var scope = NewDisposeScope();
        foreach (var key in golden.Keys.Where(k => k.StartsWith("clip_value", StringComparison.Ordinal)))
        {
            var split = key.LastIndexOf('.');
            var parameter = WithGradient(golden[$"clip{key[split..]}"]);
            nn.utils.clip_grad_value_([parameter], double.Parse(key["clip_value".Length..split], CultureInfo.InvariantCulture));
            golden.AssertClose(key, parameter.grad!);
        }
    }

    private static IEnumerable<string> ClippingNames(Golden golden) =>
        golden.Keys.Where(k => k.EndsWith(".total_norm", StringComparison.Ordinal)).Select(k => k[..^".total_norm".Length]);

    /// <summary>"clip.max0.5.norm2.0" says 0.5 and 2.</summary>
    private static (double Max, double Type) Limits(string name)
    {
        var parts = name["clip.max".Length..].Split(".norm");
        var type = parts[1] == "inf" ? double.PositiveInfinity : double.Parse(parts[1], CultureInfo.InvariantCulture);
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), type);
    }

    private static Parameter WithGradient(Tensor gradient) => new(zeros_like(gradient)) { grad = gradient.clone() };

    private static optim.Optimizer Create(string name, JsonElement config, Parameter parameter)
    {
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;
        bool Flag(string key) => config.TryGetProperty(key, out var value) && value.GetBoolean();
        var betas = config.TryGetProperty("betas", out var b) ? b.EnumerateArray().Select(x => x.GetDouble()).ToArray() : [0.9, 0.999];
        var (lr, decay, eps) = (Number("lr", 1e-3), Number("weight_decay", 0), Number("eps", 1e-8));
        Parameter[] parameters = [parameter];
        return name.Split('_')[0] switch
        {
            "adamw" => optim.AdamW(parameters, lr, betas[0], betas[1], eps, decay, Flag("amsgrad")),
            "adam" => optim.Adam(parameters, lr, betas[0], betas[1], eps, decay, Flag("amsgrad")),
            "sgd" => optim.SGD(parameters, lr, Number("momentum", 0), Number("dampening", 0), decay, Flag("nesterov")),
            _ => throw new NotSupportedException(name),
        };
    }
}
