using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Images from the sums of their patches.</summary>
public sealed class Fold : ParameterLessModule<Tensor, Tensor>
{
    internal Fold((long, long) output_size, (long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride) : base(nameof(Fold)) =>
        (this.output_size, this.kernel_size, this.dilation, this.padding, this.stride) = (output_size, kernel_size, dilation, padding, stride);

    /// <summary>The size of the images.</summary>
    public (long, long) output_size { get; set; }

    /// <summary>The size of the patches.</summary>
    public (long, long) kernel_size { get; set; }

    /// <summary>The distance between a patch's points.</summary>
    public (long, long) dilation { get; set; }

    /// <summary>The margin on either side.</summary>
    public (long, long) padding { get; set; }

    /// <summary>The step from patch to patch.</summary>
    public (long, long) stride { get; set; }

    /// <summary>[B, C KH KW, L] to [B, C, H, W].</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.fold(tensor, output_size, kernel_size, dilation, padding, stride);
}
