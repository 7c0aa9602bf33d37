using TorchSharp.Modules;
using static Dit.Core.VaeLayers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Takes latents to images.</summary>
internal sealed class VaeDecoder : Module<Tensor, Tensor>
{
    private readonly Conv2d conv_in;
    private readonly ModuleList<VaeUpBlock> up_blocks;
    private readonly VaeMidBlock mid_block;
    private readonly GroupNorm conv_norm_out;
    private readonly Conv2d conv_out;

    public VaeDecoder(AutoencoderConfig config) : base(nameof(VaeDecoder))
    {
        int[] widths = [.. config.BlockWidths.Reverse()];
        conv_in = Conv3x3(config.LatentChannels, widths[0]);
        up_blocks = ModuleList([.. widths.Select((to, i) => new VaeUpBlock(config, widths[Math.Max(i - 1, 0)], to, doubles: i < widths.Length - 1))]);
        mid_block = new VaeMidBlock(config, widths[0]);
        conv_norm_out = Norm(config, widths[^1]);
        conv_out = Conv3x3(widths[^1], config.OutChannels);
        RegisterComponents();
    }

    /// <param name="z">Latents, [B, C, h, w].</param>
    /// <returns>Images, [B, channels, h f, w f].</returns>
    public override Tensor forward(Tensor z)
    {
        using var features = Chain(z, [conv_in, mid_block, .. up_blocks]);               // [B, D, h f, w f]
        return NormActivateConv(conv_norm_out, conv_out, features);
    }
}
