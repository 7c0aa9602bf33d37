using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Doubles height and width: repeats each element, then a convolution.</summary>
internal sealed class VaeUpsample : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;

    public VaeUpsample(long width) : base(nameof(VaeUpsample))
    {
        conv = VaeLayers.Conv3x3(width, width);
        RegisterComponents();
    }

    /// <param name="x">[B, C, H, W].</param>
    /// <returns>[B, C, 2H, 2W].</returns>
    public override Tensor forward(Tensor x)
    {
        using var doubled = functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);   // [B, C, 2H, 2W]
        return conv.call(doubled);
    }
}
