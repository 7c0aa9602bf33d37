using TorchSharp.Modules;
using static Dit.Core.VaeLayers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A residual block: twice GroupNorm, SiLU and convolution; a 1 x 1 convolution on the skip where the width changes.</summary>
internal sealed class VaeResnetBlock : Module<Tensor, Tensor>
{
    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Module<Tensor, Tensor> conv_shortcut;

    public VaeResnetBlock(AutoencoderConfig config, long from, long to) : base(nameof(VaeResnetBlock))
    {
        norm1 = Norm(config, from);
        conv1 = Conv3x3(from, to);
        norm2 = Norm(config, to);
        conv2 = Conv3x3(to, to);
        conv_shortcut = from == to ? Identity() : Conv2d(from, to, kernel_size: 1);
        RegisterComponents();
    }

    /// <param name="x">[B, from, H, W].</param>
    /// <returns>[B, to, H, W].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = NormActivateConv(norm1, conv1, x);                            // [B, to, H, W]
        h = NormActivateConv(norm2, conv2, h);                                // [B, to, H, W]
        return (conv_shortcut.call(x) + h).MoveToOuterDisposeScope();         // [B, to, H, W]
    }
}
