using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The mean of each window.</summary>
public sealed class AvgPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AvgPool2d(long[] kernel_size, long[] stride, long[] padding, bool ceil_mode, bool count_include_pad, long? divisor_override)
        : base(nameof(AvgPool2d)) =>
        (this.kernel_size, this.stride, this.padding, this.ceil_mode, this.count_include_pad, this.divisor_override) = (kernel_size, stride, padding,
            ceil_mode, count_include_pad, divisor_override);

    /// <summary>The size of the window.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>The step; empty stands for the window's size.</summary>
    public long[] stride { get; set; }

    /// <summary>The margin on either side.</summary>
    public long[] padding { get; set; }

    /// <summary>Whether an incomplete window at the end counts.</summary>
    public bool ceil_mode { get; set; }

    /// <summary>Whether the margin counts in the mean.</summary>
    public bool count_include_pad { get; set; }

    /// <summary>What to divide by instead of the window's size, or null.</summary>
    public long? divisor_override { get; set; }

    /// <summary>[B, C, H, W] to [B, C, ...].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}
