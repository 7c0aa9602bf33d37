using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Models for tests that every architecture has to pass.</summary>
internal static class Architectures
{
    /// <summary>Every option at least once, alone and together with others.</summary>
    public static IReadOnlyDictionary<string, DitConfig> All { get; } = new Dictionary<string, DitConfig>
    {
        ["official"] = Models.Tiny,
        ["adaLN"] = Models.Tiny with { Block = BlockType.AdaLN },
        ["in-context"] = Models.Tiny with { Block = BlockType.InContext },
        ["cross-attention"] = Models.Tiny with { Block = BlockType.CrossAttention },
        ["wide image"] = Models.Tiny with { ImageSize = (4, 12) },
        ["wide heads"] = Models.Tiny with { HeadWidth = 12 },
        ["RMS norm"] = Models.Tiny with { Norm = NormType.RmsNorm },
        ["SwiGLU"] = Models.Tiny with { MlpActivation = Activation.SwiGlu },
        ["exact GELU"] = Models.Tiny with { MlpActivation = Activation.Gelu },
        ["query-key norm"] = Models.Tiny with { QueryKeyNorm = NormType.RmsNorm },
        ["rotary"] = Models.Tiny with { RotaryPositions = true, Positions = PositionType.None },
        ["learned positions"] = Models.Tiny with { Positions = PositionType.Learned },
        ["1-D positions"] = Models.Tiny with { Positions = PositionType.SinCos1D },
        ["value residual"] = Models.Tiny with { ValueResidual = true, Depth = 3 },
        ["registers"] = Models.Tiny with { Registers = 3 },
        ["unused variance"] = Models.Tiny with { Quirks = new() { UnusedVariance = true } },
        ["learned variance"] = Models.Tiny with { LearnedVariance = true },
        ["attributes"] = Models.Tiny with { Condition = ConditionType.Attributes },
        ["vectors"] = Models.Tiny with { Condition = ConditionType.Vector },
        ["tokens, cross-attention"] = Models.Tiny with { Condition = ConditionType.Tokens, Block = BlockType.CrossAttention },
        ["tokens, in-context"] = Models.Tiny with { Condition = ConditionType.Tokens, Block = BlockType.InContext },
        ["unconditional"] = Models.Tiny with { Classes = 0 },
        ["LightningDiT"] = Models.Tiny with
        {
            Norm = NormType.RmsNorm,
            MlpActivation = Activation.SwiGlu,
            QueryKeyNorm = NormType.RmsNorm,
            RotaryPositions = true,
            ValueResidual = true,
            Registers = 2,
        },
        ["everything in context"] = Models.Tiny with
        {
            Block = BlockType.InContext,
            Norm = NormType.RmsNorm,
            QueryKeyNorm = NormType.LayerNorm,
            RotaryPositions = true,
            ValueResidual = true,
            Registers = 2,
            Condition = ConditionType.Tokens,
            MlpActivation = Activation.SwiGlu,
        },
        ["panda"] = DitConfig.Panda with { ImageSize = 16, Width = 16, HeadWidth = 8, Time = DitConfig.Panda.Time with { Width = 32 } },
        ["owenliang"] = DitConfig.OwenMnist with { ImageSize = 8, Width = 16, HeadWidth = 8 },
        ["VachanVY"] = DitConfig.VachanCelebA with { ImageSize = 8, PatchSize = 2, Width = 16, Depth = 2, Heads = 2, Time = DitConfig.VachanCelebA.Time with { Width = 8 } },
        ["Just-a-DiT"] = DitConfig.JustADit with { ImageSize = 8, Width = 16, Depth = 2, Heads = 2, QueryKeyNorm = NormType.ScaleNorm },
    };

    /// <summary>Images, times and conditions.</summary>
    public static (Tensor X, Tensor T, Tensor? Y) Inputs(DitConfig config, int count)
    {
        using var generator = new Generator(7);
        var x = randn(count, config.Channels, config.ImageSize.Height, config.ImageSize.Width, generator: generator);
        var y = config switch
        {
            { Classes: 0 } => null,
            { Condition: ConditionType.Classes } => arange(count, int64).remainder(config.Classes),
            { Condition: ConditionType.Attributes } => rand(count, config.Classes, generator: generator).gt(0.5).to(float32),
            { Condition: ConditionType.Vector } => randn(count, config.Classes, generator: generator),
            _ => randn(count, 3, config.Classes, generator: generator),
        };
        return (x, arange(count) * 100.0 + 3, y);
    }
}
