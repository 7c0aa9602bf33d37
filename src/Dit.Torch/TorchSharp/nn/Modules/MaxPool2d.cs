using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The greatest value of each window.</summary>
public sealed class MaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel_size, long[] stride, long[] padding, long[] dilation, bool ceil_mode) : base(nameof(MaxPool2d)) =>
        (this.kernel_size, this.stride, this.padding, this.dilation, this.ceil_mode) = (kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>The size of the window.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>The step; empty stands for the window's size.</summary>
    public long[] stride { get; set; }

    /// <summary>The margin on either side.</summary>
    public long[] padding { get; set; }

    /// <summary>The distance between the window's points.</summary>
    public long[] dilation { get; set; }

    /// <summary>Whether an incomplete window at the end counts.</summary>
    public bool ceil_mode { get; set; }

    /// <summary>The result, and the place of each of its values in the input's planes.</summary>
    /// <param name="input">The input.</param>
    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>[B, C, H, W] to [B, C, ...].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);
}
