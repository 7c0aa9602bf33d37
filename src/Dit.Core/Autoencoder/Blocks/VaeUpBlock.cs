using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>One resolution of the decoder: residual blocks, one more than the encoder's, then a doubling (if any).</summary>
internal sealed class VaeUpBlock : Module<Tensor, Tensor>
{
    private readonly ModuleList<VaeResnetBlock> resnets;
    private readonly ModuleList<VaeUpsample> upsamplers;

    public VaeUpBlock(AutoencoderConfig config, long from, long to, bool doubles) : base(nameof(VaeUpBlock))
    {
        resnets = ModuleList([.. Enumerable.Range(0, config.LayersPerBlock + 1).Select(i => new VaeResnetBlock(config, i == 0 ? from : to, to))]);
        upsamplers = ModuleList<VaeUpsample>(doubles ? [new(to)] : []);
        RegisterComponents();
    }

    /// <param name="x">[B, from, H, W].</param>
    /// <returns>[B, to, 2H, 2W], or [B, to, H, W] without a doubling.</returns>
    public override Tensor forward(Tensor x) => VaeLayers.Chain(x, [.. resnets, .. upsamplers]);
}
