using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What the convolutions share; weight and bias start uniform within 1 / sqrt(fan in).</summary>
public abstract class Convolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    [ComponentName(Name = nameof(bias))]
    private Parameter? biasParameter;

    /// <summary>Creates the parameters.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="in_channels">Channels of the input.</param>
    /// <param name="out_channels">Channels of the result.</param>
    /// <param name="kernel_size">The kernel's size in each dimension.</param>
    /// <param name="stride">The steps.</param>
    /// <param name="padding">The margins, or null where <paramref name="padding_type"/> says.</param>
    /// <param name="padding_type">The margins by their effect, or null.</param>
    /// <param name="dilation">The distances between the kernel's points.</param>
    /// <param name="transposed">Whether it is the transpose of a convolution.</param>
    /// <param name="output_padding">What to add to one side of a transposed convolution's result.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="padding_mode">What the margins hold.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="dtype">Their type.</param>
    protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type,
        long[] dilation,
        bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null) : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        if (in_channels % groups != 0) throw new ArgumentException($"{in_channels} channels do not divide into {groups} groups.", nameof(in_channels));
        if (out_channels % groups != 0) throw new ArgumentException($"{out_channels} channels do not divide into {groups} groups.", nameof(out_channels));
        if (padding is null && padding_type is null) throw new ArgumentNullException(nameof(padding));
        if (padding_type == Padding.Same && stride.Any(step => step != 1))
            throw new ArgumentException("Padding.Same needs a stride of 1.", nameof(padding_type));

        (this.in_channels, this.out_channels, this.groups, this.transposed) = (in_channels, out_channels, groups, transposed);
        (this.kernel_size, this.stride, this.dilation, this.output_padding) = (kernel_size, stride, dilation, output_padding);
        (this.padding, this.padding_type, this.padding_mode) = (padding, padding_type, padding_mode);
        long[] shape = transposed ? [in_channels, out_channels / groups, .. kernel_size] : [out_channels, in_channels / groups, .. kernel_size];
        weight = new Parameter(empty(shape, dtype: dtype, device: device));
        if (bias) this.bias = new Parameter(empty(out_channels, dtype: dtype, device: device));
        reset_parameters();
    }

    /// <summary>Channels of the input.</summary>
    public long in_channels { get; }

    /// <summary>Channels of the result.</summary>
    public long out_channels { get; }

    /// <summary>The kernel's size in each dimension.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>The steps.</summary>
    public long[] stride { get; set; }

    /// <summary>The margins, or null where <see cref="padding_type"/> says.</summary>
    public long[]? padding { get; private set; }

    /// <summary>The margins by their effect, or null where <see cref="padding"/> says.</summary>
    public Padding? padding_type { get; private set; }

    /// <summary>What the margins hold.</summary>
    public PaddingModes padding_mode { get; set; }

    /// <summary>The distances between the kernel's points.</summary>
    public long[] dilation { get; set; }

    /// <summary>Whether it is the transpose of a convolution.</summary>
    public bool transposed { get; }

    /// <summary>What to add to one side of a transposed convolution's result.</summary>
    public long[] output_padding { get; set; }

    /// <summary>The number of independent groups of channels.</summary>
    public long groups { get; set; }

    /// <summary>[out, in / groups, ...]; transposed [in, out / groups, ...].</summary>
    public Parameter weight
    {
        get => weightParameter!;
        set => Replace(ref weightParameter, value ?? throw new ArgumentNullException(nameof(value)), nameof(weight));
    }

    /// <summary>[out], or null.</summary>
    public Parameter? bias
    {
        get => biasParameter;
        set => Replace(ref biasParameter, value, nameof(bias));
    }

    /// <summary>Sets the margins.</summary>
    /// <param name="padding">One for each dimension.</param>
    public void SetPadding(long[] padding)
    {
        ArgumentNullException.ThrowIfNull(padding);
        (this.padding, padding_type) = (padding, null);
    }

    /// <summary>Sets the margins by their effect.</summary>
    /// <param name="padding">The effect.</param>
    public void SetPadding(Padding padding) => (this.padding, padding_type) = (null, padding);

    /// <summary>Draws weight and bias anew.</summary>
    public void reset_parameters() => init.Affine(weight, bias);

    /// <summary>Adds margins that do not hold zeros, which the operators cannot do.</summary>
    /// <returns>The tensor with margins, and the margins that are left to the operator.</returns>
    private protected (Tensor input, long[]? padding, Padding? type) Pad(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (padding_mode == PaddingModes.Zeros) return (input, padding, padding_type);
        var margins = Enumerable.Range(0, kernel_size.Length).Reverse().SelectMany(Margin).ToArray();
        return (functional.pad(input, margins, padding_mode), new long[kernel_size.Length], null);
    }

    private long[] Margin(int dimension)
    {
        if (padding is not null) return [padding[dimension], padding[dimension]];
        if (padding_type == Padding.Valid) return [0, 0];
        var total = dilation[dimension] * (kernel_size[dimension] - 1);
        return [total / 2, total - total / 2];
    }
}
