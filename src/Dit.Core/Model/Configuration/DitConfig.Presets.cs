namespace Dit.Core;

public sealed partial record DitConfig
{
    /// <summary>DiT-S: 12 blocks of width 384 with 6 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig S(int patchSize) => new() { Width = 384, Depth = 12, Heads = 6, PatchSize = patchSize };

    /// <summary>DiT-B: 12 blocks of width 768 with 12 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig B(int patchSize) => new() { Width = 768, Depth = 12, Heads = 12, PatchSize = patchSize };

    /// <summary>DiT-L: 24 blocks of width 1024 with 16 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig L(int patchSize) => new() { Width = 1024, Depth = 24, Heads = 16, PatchSize = patchSize };

    /// <summary>DiT-XL: 28 blocks of width 1152 with 16 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig XL(int patchSize) => new() { Width = 1152, Depth = 28, Heads = 16, PatchSize = patchSize };

    /// <summary>owenliang's MNIST DiT: 28 x 28 pixels, three blocks, heads as wide as a token, no null class.</summary>
    public static DitConfig OwenMnist { get; } = new()
    {
        ImageSize = 28, PatchSize = 4, Channels = 1, Width = 64, Depth = 3, Heads = 4, HeadWidth = 64, Classes = 10, LabelDropout = 0,
        MlpActivation = Activation.ReLU, Positions = PositionType.Learned,
        Time = new() { Width = 64, SinesFirst = true, IncludesLongestPeriod = true, Activation = Activation.ReLU },
        Quirks = new()
        {
            ScoresScaledByTokens = true, TwoStepPatches = true, AffineNorms = true, NormEpsilon = 1e-5, BlockActivation = Activation.Identity,
            PlainFinalLayer = true, InitialWeights = InitialWeights.Torch,
        },
    };

    /// <summary>The panda DiT: 256 x 256 pixels, three blocks, heads as wide as a token, one class and no null class.</summary>
    /// <remarks>Its scores are divided by the root of the number of tokens, as its checkpoints need; <c>with { Quirks = ... }</c> mends that.</remarks>
    public static DitConfig Panda { get; } = OwenMnist with
    {
        ImageSize = 256,
        Channels = 3,
        Heads = 6,
        Classes = 1,
        Time = new() { Activation = Activation.ReLU, Mlps = 2 },
    };

    /// <summary>VachanVY's DiT for 128 x 128 faces, female (0) and male (1).</summary>
    public static DitConfig VachanCelebA { get; } = new()
    {
        ImageSize = 128, PatchSize = 4, Channels = 3, Width = 512, Depth = 8, Heads = 8, Classes = 2, LabelDropout = 0.1,
        MlpActivation = Activation.Gelu, Positions = PositionType.SinCos1D, Time = new() { Width = 256, Activation = Activation.SELU },
        Quirks = new() { FinalActivation = Activation.SELU, InitialWeights = InitialWeights.Vachan },
    };

    /// <summary>VachanVY's DiT for MNIST; it has no null class.</summary>
    public static DitConfig VachanMnist { get; } = VachanCelebA with
    {
        ImageSize = 28,
        PatchSize = 2,
        Channels = 1,
        Width = 288,
        Depth = 6,
        Heads = 6,
        Classes = 10,
        LabelDropout = 0,
        Time = VachanCelebA.Time with { Width = 144 },
    };

    /// <summary>Just-a-DiT for CIFAR-10: DiT-S/2 with four registers and norms of one gain; flow times from 0 to 1.</summary>
    /// <remarks>Its later checkpoints also normalise queries and keys: <c>with { QueryKeyNorm = NormType.ScaleNorm }</c>.</remarks>
    public static DitConfig JustADit { get; } = S(patchSize: 2) with
    {
        Channels = 3,
        Classes = 10,
        Norm = NormType.ScaleNorm,
        Registers = 4,
        Quirks = new() { InitialWeights = InitialWeights.JustADit },
    };
}
