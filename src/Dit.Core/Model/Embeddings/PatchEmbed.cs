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
    private readonly Linear? linear;
    private readonly long _patch;

    internal PatchEmbed(DitConfig config) : base(nameof(PatchEmbed))
    {
        _patch = config.PatchSize;
        long elements = config.Channels * _patch * _patch;
        var twoSteps = config.Quirks.TwoStepPatches;
        proj = Conv2d(config.Channels, twoSteps ? elements : config.Width, kernel_size: _patch, stride: _patch);
        linear = twoSteps ? Linear(elements, config.Width) : null;
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
        var tokens = FusedOps.Linear(patches, weight, proj.bias!);               // [B, T, D]
        return (linear is null ? tokens : linear.call(tokens)).MoveToOuterDisposeScope();
    }
}
