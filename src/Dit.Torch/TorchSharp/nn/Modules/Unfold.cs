using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The patches of images as columns.</summary>
public sealed class Unfold : ParameterLessModule<Tensor, Tensor>
{
    internal Unfold((long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride) : base(nameof(Unfold)) =>
        (this.kernel_size, this.dilation, this.padding, this.stride) = (kernel_size, dilation, padding, stride);

    /// <summary>The size of the patches.</summary>
    public (long, long) kernel_size { get; set; }

    /// <summary>The distance between a patch's points.</summary>
    public (long, long) dilation { get; set; }

    /// <summary>The margin on either side.</summary>
    public (long, long) padding { get; set; }

    /// <summary>The step from patch to patch.</summary>
    public (long, long) stride { get; set; }

    /// <summary>[B, C, H, W] to [B, C KH KW, L].</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.unfold(tensor, kernel_size, dilation, padding, stride);
}
