using Dit.Tests;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Estimates against the bytes that a second training step or a forward pass really takes at most.</summary>
public sealed class DescriptionMemoryTests
{
    private static readonly DitConfig Small = new() { ImageSize = 32, PatchSize = 2, Width = 96, Depth = 6, Heads = 3, Classes = 10 };

    private static readonly Dictionary<string, DitConfig> Configs = new()
    {
        ["DiT"] = Small,
        ["wide, short"] = Small with { PatchSize = 4, Width = 192 },
        ["deep"] = Small with { Depth = 14 },
        ["adaLN"] = Small with { Block = BlockType.AdaLN },
        ["cross-attention"] = Small with { Block = BlockType.CrossAttention },
        ["in-context"] = Small with { Block = BlockType.InContext },
        ["RMS, SwiGLU, rotary"] = Small with
        {
            Norm = NormType.RmsNorm,
            QueryKeyNorm = NormType.RmsNorm,
            MlpActivation = Activation.SwiGlu,
            RotaryPositions = true,
            Registers = 4,
        },
        ["values"] = Small with { ValueResidual = true },
        ["Owen-MNIST"] = DitConfig.OwenMnist,
        ["Just-a-DiT"] = DitConfig.JustADit with { Width = 96, Depth = 4, Heads = 3 },
    };

    public static TheoryData<string> Names => [.. Configs.Keys];

    [FeatureTheory(Feature.MemoryStatistics), MemberData(nameof(Names))]
    public void Training(string name)
    {
        CheckTraining(Configs[name], batch: 2, Precision.Float32);
        CheckTraining(Configs[name], batch: 8, Precision.Float32);
    }

    /// <summary>Where activations are most of the memory, each kind of them must be counted.</summary>
    [FeatureTheory(Feature.MemoryStatistics), InlineData("DiT"), InlineData("deep"), InlineData("adaLN"), InlineData("cross-attention"), InlineData("in-context")]
    public void Activations(string name) =>
        AssertClose(Configs[name].Describe(8).TrainingMemory(), TrainingPeak(Configs[name], 8, Precision.Float32, false), margin: 0.08);

    [FeatureTheory(Feature.MemoryStatistics, Feature.Autocast), InlineData("DiT"), InlineData("in-context")]
    public void Training_in_bfloat16(string name) => CheckTraining(Configs[name], batch: 4, Precision.BFloat16);

    [FeatureTheory(Feature.MemoryStatistics), MemberData(nameof(Names))]
    public void Sampling(string name)
    {
        const int batch = 8;
        var config = Configs[name];
        var measured = Peak(config, model =>
        {
            model.eval();
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var x = zeros(batch, config.Channels, config.ImageSize.Height, config.ImageSize.Width);       // [B, C, H, W]
            Engine.ResetPeakMemory();
            model.call(x, full(batch, 500f), zeros(batch, int64));
            return Engine.Memory().PeakBytes;
        });
        AssertClose(config.Describe(batch).SamplingMemory(), measured);
    }

    [Fact]
    public void Checkpointing_and_bfloat16_save_activations_only()
    {
        var description = DitConfig.XL(patchSize: 2).Describe(batchSize: 8);
        var plain = description.TrainingMemory();
        foreach (var less in new[] { description.TrainingMemory(activationCheckpointing: true), description.TrainingMemory(Precision.BFloat16) })
        {
            Assert.True(less.Activations < plain.Activations);
            Assert.Equal(plain with { Activations = 0, Working = 0 }, less with { Activations = 0, Working = 0 });
        }
        Assert.Equal(4 * description.Parameters, plain.Weights);
        Assert.Equal(plain.Weights, plain.Average);
        Assert.Equal(4 * description.TrainableParameters, plain.Gradients);
        Assert.Equal(8 * description.TrainableParameters, plain.Optimizer);
    }

    [Fact]
    public void The_precision_must_be_said() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Small.Describe().TrainingMemory(Precision.Auto));

    private static void CheckTraining(DitConfig config, int batch, Precision precision)
    {
        foreach (var checkpointing in new[] { false, true })
            AssertClose(config.Describe(batch).TrainingMemory(precision, checkpointing), TrainingPeak(config, batch, precision, checkpointing));
    }

    private static long TrainingPeak(DitConfig config, int batch, Precision precision, bool checkpointing) => Peak(config, model =>
    {
        model.ActivationCheckpointing = checkpointing;
        using var trainer = new DitTrainer(model, new FlowObjective(), new DitTrainerOptions { Precision = precision });
        using var data = new FixedBatches(config, batch).Make(default);
        trainer.TrainStep(data);                                  // makes the optimizer's state
        Engine.ResetPeakMemory();
        trainer.TrainStep(data);
        return Engine.Memory().PeakBytes;
    });

    private static long Peak(DitConfig config, Func<DitModel, long> run)
    {
        Memory.Settle();
        var before = Engine.Memory().LiveBytes;
        using var model = new DitModel(config);
        return run(model) - before;
    }

    private static void AssertClose(MemoryEstimate estimate, long measured, double margin = 0.25) =>
        Assert.InRange((double)estimate.Peak / measured, 1 - margin, 1 + margin);
}
