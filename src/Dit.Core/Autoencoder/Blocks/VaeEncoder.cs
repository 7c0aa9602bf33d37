using TorchSharp.Modules;
using static Dit.Core.VaeLayers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Takes images to means and log-variances of their latents.</summary>
internal sealed class VaeEncoder : Module<Tensor, Tensor>
{
    private readonly Conv2d conv_in;
    private readonly ModuleList<VaeDownBlock> down_blocks;
    private readonly VaeMidBlock mid_block;
    private readonly GroupNorm conv_norm_out;
    private readonly Conv2d conv_out;

    public VaeEncoder(AutoencoderConfig config) : base(nameof(VaeEncoder))
    {
        var widths = config.BlockWidths;
        conv_in = Conv3x3(config.InChannels, widths[0]);
        down_blocks = ModuleList([.. widths.Select((to, i) => new VaeDownBlock(config, widths[Math.Max(i - 1, 0)], to, halves: i < widths.Count - 1))]);
        mid_block = new VaeMidBlock(config, widths[^1]);
        conv_norm_out = Norm(config, widths[^1]);
        conv_out = Conv3x3(widths[^1], 2 * config.LatentChannels);
        RegisterComponents();
    }

    /// <param name="x">Images, [B, channels, H, W].</param>
    /// <returns>Means, then log-variances, [B, 2C, H/f, W/f].</returns>
    public override Tensor forward(Tensor x)
    {
        using var features = Chain(x, [conv_in, .. down_blocks, mid_block]);             // [B, D, H/f, W/f]
        return NormActivateConv(conv_norm_out, conv_out, features);
    }
}
