using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The coarsest resolution: residual block, attention (if any), residual block.</summary>
internal sealed class VaeMidBlock : Module<Tensor, Tensor>
{
    private readonly ModuleList<VaeAttention> attentions;
    private readonly ModuleList<VaeResnetBlock> resnets;

    public VaeMidBlock(AutoencoderConfig config, long width) : base(nameof(VaeMidBlock))
    {
        attentions = ModuleList<VaeAttention>(config.MidBlockAttention ? [new(config, width)] : []);
        resnets = ModuleList<VaeResnetBlock>(new(config, width, width), new(config, width, width));
        RegisterComponents();
    }

    /// <param name="x">[B, C, H, W].</param>
    /// <returns>[B, C, H, W].</returns>
    public override Tensor forward(Tensor x) => VaeLayers.Chain(x, [resnets[0], .. attentions, resnets[1]]);
}
