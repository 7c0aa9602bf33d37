using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>What the parts of the autoencoder share.</summary>
internal static class VaeLayers
{
    private const double NormEpsilon = 1e-6;

    public static GroupNorm Norm(AutoencoderConfig config, long channels) => GroupNorm(config.NormGroups, channels, NormEpsilon);

    /// <summary>The convolution that keeps height and width.</summary>
    public static Conv2d Conv3x3(long from, long to) => Conv2d(from, to, kernel_size: 3, padding: 1);

    public static Tensor NormActivateConv(GroupNorm norm, Conv2d conv, Tensor x)
    {
        using var activated = NormActivate(norm, x);       // what it was made of is free before the convolution
        return conv.call(activated);
    }

    /// <summary>Calls modules one after the other, at least one; what lies between two of them is freed at once.</summary>
    public static Tensor Chain(Tensor x, params IEnumerable<Module<Tensor, Tensor>> stages)
    {
        var result = x;
        foreach (var stage in stages)
        {
            var previous = result;
            result = stage.call(previous);
            if (!ReferenceEquals(previous, x))
                previous.Dispose();                        // a graph holds what it needs
        }
        return result;
    }

    private static Tensor NormActivate(GroupNorm norm, Tensor x)
    {
        using var normed = norm.call(x);
        return functional.silu(normed);
    }
}
