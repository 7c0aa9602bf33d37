using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>x W^T + b; weight and bias start uniform within 1 / sqrt(in_features).</summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    [ComponentName(Name = nameof(bias))]
    private Parameter? biasParameter;

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegative(outputSize);
        in_features = inputSize;
        out_features = outputSize;
        weight = new Parameter(empty(outputSize, inputSize, dtype: dtype, device: device));
        if (hasBias) bias = new Parameter(empty(outputSize, dtype: dtype, device: device));
        init.Affine(weight, bias);
    }

    internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.dim() != 2) throw new ArgumentException($"The weight is [out, in], not of {weight.dim()} dimensions.", nameof(weight));
        (out_features, in_features) = (weight.shape[0], weight.shape[1]);
        this.weight = weight;
        this.bias = bias;
    }

    /// <summary>The size of the last dimension of the input.</summary>
    public long in_features { get; set; }

    /// <summary>The size of the last dimension of the result.</summary>
    public long out_features { get; set; }

    /// <summary>[out_features, in_features].</summary>
    public Parameter weight
    {
        get => weightParameter!;
        set => Replace(ref weightParameter, value ?? throw new ArgumentNullException(nameof(value)), nameof(weight));
    }

    /// <summary>[out_features], or null.</summary>
    public Parameter? bias
    {
        get => biasParameter;
        set => Replace(ref biasParameter, value, nameof(bias));
    }

    /// <summary>[..., in_features] to [..., out_features].</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.linear(tensor, weight, bias);
}
