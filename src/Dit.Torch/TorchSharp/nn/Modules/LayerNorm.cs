using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Zero mean and unit variance over the last dimensions, then (affine) a scale and a shift of each element.</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    [ComponentName(Name = nameof(bias))]
    private Parameter? biasParameter;

    internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
    {
        ArgumentNullException.ThrowIfNull(normalized_shape);
        if (normalized_shape.Length == 0) throw new ArgumentException("At least one dimension is wanted.", nameof(normalized_shape));
        this.normalized_shape = [.. normalized_shape];
        this.eps = eps;
        this.elementwise_affine = elementwise_affine;
        if (!elementwise_affine) return;
        weight = new Parameter(ones(normalized_shape, dtype: dtype, device: device));
        if (bias) this.bias = new Parameter(zeros(normalized_shape, dtype: dtype, device: device));
    }

    /// <summary>The sizes of the last dimensions.</summary>
    public long[] normalized_shape { get; set; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>Whether there are a scale and a shift.</summary>
    public bool elementwise_affine { get; set; }

    /// <summary>The scales, null where there are none.</summary>
    public Parameter weight
    {
        get => weightParameter!;
        set => Replace(ref weightParameter, value, nameof(weight));
    }

    /// <summary>The shifts, or null.</summary>
    public Parameter? bias
    {
        get => biasParameter;
        set => Replace(ref biasParameter, value, nameof(bias));
    }

    /// <summary>Sets the scales to one and the shifts to zero.</summary>
    public void reset_parameters()
    {
        if (weightParameter is not null) init.ones_(weightParameter);
        if (biasParameter is not null) init.zeros_(biasParameter);
    }

    /// <summary>[..., normalized_shape] to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.layer_norm(tensor, normalized_shape, weightParameter, biasParameter, eps);
}
