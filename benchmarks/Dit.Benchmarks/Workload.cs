using Dit.Core;

namespace Dit.Benchmarks;

/// <summary>A model and its batch, as both sides build them.</summary>
/// <param name="Key">Its name on the command line, in the protocol and in the results.</param>
/// <param name="Title">Its name for readers.</param>
/// <param name="Config">The model.</param>
/// <param name="Batch">Images in a batch.</param>
internal sealed record Workload(string Key, string Title, DitConfig Config, int Batch)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("mnist", "MNIST size", new() { ImageSize = 28, Channels = 1, PatchSize = 4, Width = 128, Depth = 4, Heads = 4, Classes = 10 }, Batch: 64),
        new("dit-s2", "DiT-S/2", DitConfig.S(patchSize: 2) with { ImageSize = 32, Channels = 4, Classes = 1000 }, Batch: 8),
        new("panda", "panda", new() { ImageSize = 256, Channels = 3, PatchSize = 4, Width = 64, Depth = 3, Heads = 6, HeadWidth = 64, Classes = 10 }, Batch: 1),
    ];

    /// <summary>Those of the comparison on a GPU: two that are bound by launching kernels, and one by computing.</summary>
    public static IReadOnlyList<Workload> OnCuda { get; } =
    [
        All[0],
        All[1] with { Batch = 32 },
        new("dit-xl2", "DiT-XL/2", DitConfig.XL(patchSize: 2) with { ImageSize = 32, Channels = 4, Classes = 1000 }, Batch: 128),
    ];

    /// <summary>Floating-point operations of the matrix products of one image: a product of M x K and K x N counts 2 M K N.</summary>
    /// <param name="mode">Training is a forward pass and twice that backward; a guided sampling step is two forward passes.</param>
    public double Operations(Mode mode)
    {
        double d = Config.Width, a = Config.AttentionWidth, t = Config.Tokens, patch = Config.PatchSize * Config.PatchSize * Config.Channels;
        var block = 2 * t * d * (4 * a + 2 * Config.MlpRatio * d) + 4 * t * t * a + 12 * d * d;     // linears, attention, modulation
        var forward = Config.Depth * block + 4 * t * d * patch;
        return forward * (mode == Mode.Train ? 3 : 2);
    }
}
