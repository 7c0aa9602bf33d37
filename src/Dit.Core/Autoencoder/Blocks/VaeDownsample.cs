using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Halves height and width: a convolution of stride 2 whose margin is on the right and the bottom only.</summary>
internal sealed class VaeDownsample : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;

    public VaeDownsample(long width) : base(nameof(VaeDownsample))
    {
        conv = Conv2d(width, width, kernel_size: 3, stride: 2);
        RegisterComponents();
    }

    /// <param name="x">[B, C, H, W]; H and W are even.</param>
    /// <returns>[B, C, H/2, W/2].</returns>
    public override Tensor forward(Tensor x)
    {
        using var padded = functional.pad(x, (0, 1, 0, 1));                  // [B, C, H + 1, W + 1]
        return conv.call(padded);
    }
}
