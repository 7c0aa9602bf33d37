using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Zero mean and unit variance over groups of channels, then (affine) a scale and a shift of each channel.</summary>
public sealed class GroupNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    [ComponentName(Name = nameof(bias))]
    private Parameter? biasParameter;

    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(num_groups);
        if (num_channels % num_groups != 0)
            throw new ArgumentException($"{num_channels} channels do not divide into {num_groups} groups.", nameof(num_channels));
        this.num_groups = num_groups;
        this.eps = eps;
        this.affine = affine;
        if (!affine) return;
        weight = new Parameter(ones(num_channels, dtype: dtype, device: device));
        bias = new Parameter(zeros(num_channels, dtype: dtype, device: device));
    }

    /// <summary>The number of groups.</summary>
    public long num_groups { get; set; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>Whether there are a scale and a shift.</summary>
    public bool affine { get; set; }

    /// <summary>The scales, [C]; null where there are none.</summary>
    public Parameter weight
    {
        get => weightParameter!;
        set => Replace(ref weightParameter, value, nameof(weight));
    }

    /// <summary>The shifts, [C], or null.</summary>
    public Parameter? bias
    {
        get => biasParameter;
        set => Replace(ref biasParameter, value, nameof(bias));
    }

    /// <summary>[B, C, ...] to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.group_norm(tensor, num_groups, weightParameter, biasParameter, eps);
}
