using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>One resolution of the encoder: residual blocks, then a halving (if any).</summary>
internal sealed class VaeDownBlock : Module<Tensor, Tensor>
{
    private readonly ModuleList<VaeResnetBlock> resnets;
    private readonly ModuleList<VaeDownsample> downsamplers;

    public VaeDownBlock(AutoencoderConfig config, long from, long to, bool halves) : base(nameof(VaeDownBlock))
    {
        resnets = ModuleList([.. Enumerable.Range(0, config.LayersPerBlock).Select(i => new VaeResnetBlock(config, i == 0 ? from : to, to))]);
        downsamplers = ModuleList<VaeDownsample>(halves ? [new(to)] : []);
        RegisterComponents();
    }

    /// <param name="x">[B, from, H, W].</param>
    /// <returns>[B, to, H/2, W/2], or [B, to, H, W] without a halving.</returns>
    public override Tensor forward(Tensor x) => VaeLayers.Chain(x, [.. resnets, .. downsamplers]);
}
