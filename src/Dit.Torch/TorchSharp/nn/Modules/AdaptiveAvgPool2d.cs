using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The mean of windows chosen so that the result has a given size.</summary>
public sealed class AdaptiveAvgPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool2d(long[] output_size) : base(nameof(AdaptiveAvgPool2d)) => this.output_size = output_size;

    /// <summary>The size.</summary>
    public long[] output_size { get; set; }

    /// <summary>[B, C, H, W] to [B, C, output_size].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => functional.adaptive_avg_pool2d(input, output_size);
}
