using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Cuts images into patches and projects each to a token: the convolution whose kernel is its stride.</summary>
/// <remarks>The weights are those of the convolution, so that official checkpoints load; the product is a plain linear one.</remarks>
public sealed class PatchEmbed : Module<Tensor, Tensor>
{
    private readonly Conv2d proj;
    private readonly long _patch;

    /// <summary>Creates the embedding.</summary>
    /// <param name="patchSize">Height and width of a patch, p.</param>
    /// <param name="channels">Channels of the images, C.</param>
    /// <param name="width">Width of a token, D.</param>
    public PatchEmbed(long patchSize, long channels, long width) : base(nameof(PatchEmbed))
    {
        _patch = patchSize;
        proj = Conv2d(channels, width, kernel_size: patchSize, stride: patchSize);
        RegisterComponents();
    }

    /// <param name="x">Images, [B, C, H, W]; p divides H and W.</param>
    /// <returns>Tokens in row-major order, [B, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (c, h, w) = (x.shape[1], x.shape[2] / _patch, x.shape[3] / _patch);
        var patches = x.reshape(-1, c, h, _patch, w, _patch)                     // [B, C, h, p, w, p]
            .permute(0, 2, 4, 1, 3, 5)                                           // [B, h, w, C, p, p]
            .reshape(-1, h * w, c * _patch * _patch);                            // [B, T, C p p]
        var weight = proj.weight.flatten(1);                                     // [D, C p p]
        return FusedOps.Linear(patches, weight, proj.bias!).MoveToOuterDisposeScope();   // [B, T, D]
    }
}
