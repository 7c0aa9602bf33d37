using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the transposed convolutions share.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    /// <summary>Creates the parameters.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="in_channels">Channels of the input.</param>
    /// <param name="out_channels">Channels of the result.</param>
    /// <param name="kernel_size">The kernel's size in each dimension.</param>
    /// <param name="stride">The steps.</param>
    /// <param name="padding">The margins that are cut from the result.</param>
    /// <param name="padding_type">Null.</param>
    /// <param name="dilation">The distances between the kernel's points.</param>
    /// <param name="transposed">True.</param>
    /// <param name="output_padding">What to add to one side of the result.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="padding_mode">Zeros.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="dtype">Their type.</param>
    protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type,
        long[] dilation,
        bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null)
        : base(name, in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed, output_padding, groups, bias, padding_mode,
            device, dtype)
    {
        if (padding_mode != PaddingModes.Zeros) throw new ArgumentException("A transposed convolution takes zeros only.", nameof(padding_mode));
    }

    /// <summary>[B, in, ...] to [B, out, ...] of the least size that fits.</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>[B, in, ...] to [B, out, ...].</summary>
    /// <param name="input">The input.</param>
    /// <param name="output_size">The spatial size of the result, of those that a convolution would shrink to the input's; null takes the least.</param>
    public abstract Tensor forward(Tensor input, long[]? output_size);

    /// <summary>What has to be added to the result to reach a size.</summary>
    /// <param name="input">The input.</param>
    /// <param name="output_size">The spatial size wanted, or null.</param>
    /// <param name="kernel_size">The kernel's size.</param>
    /// <param name="stride">The steps.</param>
    /// <param name="padding">The margins.</param>
    /// <param name="dilation">The distances between the kernel's points.</param>
    /// <param name="num_spatial_dims">The number of spatial dimensions.</param>
    protected long[] _output_padding(Tensor input, long[]? output_size, long[] kernel_size, long[] stride, long[] padding, long[] dilation,
        long num_spatial_dims)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (output_size is null) return output_padding;
        var spatial = input.shape[^(int)num_spatial_dims..];
        var wanted = output_size.Length > num_spatial_dims ? output_size[^(int)num_spatial_dims..] : output_size;
        if (wanted.Length != num_spatial_dims) throw new ArgumentException($"{num_spatial_dims} sizes are wanted, not {wanted.Length}.", nameof(output_size));
        var extra = new long[num_spatial_dims];
        for (var d = 0; d < extra.Length; d++)
        {
            var least = (spatial[d] - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel_size[d] - 1) + 1;
            extra[d] = wanted[d] - least;
            if (extra[d] < 0 || extra[d] >= stride[d])
                throw new ArgumentOutOfRangeException(nameof(output_size), wanted[d], $"Dimension {d} can be {least} to {least + stride[d] - 1}.");
        }
        return extra;
    }
}
