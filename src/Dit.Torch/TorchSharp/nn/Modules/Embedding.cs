using Dit.Torch;
using Dit.Torch.Native;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A table of vectors, looked up by index; the vectors start standard normal.</summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    private readonly long? padding;
    private readonly double? maxNorm;
    private readonly double normType;
    private readonly bool scaleGradient;
    private readonly bool isSparse;

    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    internal Embedding(long count, long width, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse, Device? device,
        ScalarType? dtype)
        : this(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
    {
        if (padding_idx is { } index && (index >= count || index < -count))
            throw new ArgumentOutOfRangeException(nameof(padding_idx), index, $"The table has {count} rows.");
        padding = padding_idx < 0 ? padding_idx + count : padding_idx;
        weight = new Parameter(empty(count, width, dtype: dtype, device: device));
        if (!SkipInitialization.IsActive) init.normal_(weight);
        if (padding is { } row)
            using (no_grad())
                weight[row].zero_().Dispose();
    }

    internal Embedding(Tensor embeddings, bool freeze, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse)
        : this(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse) =>
        weight = embeddings as Parameter ?? new Parameter(embeddings, requires_grad: !freeze);

    private Embedding(long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) : base(nameof(Embedding))
    {
        padding = padding_idx;
        maxNorm = max_norm;
        normType = norm_type;
        scaleGradient = scale_grad_by_freq;
        isSparse = sparse;
    }

    /// <summary>The table, [num_embeddings, embedding_dims].</summary>
    public Parameter? weight
    {
        get => weightParameter;
        set => Replace(ref weightParameter, value ?? throw new ArgumentNullException(nameof(value)), nameof(weight));
    }

    /// <summary>int64 [...] to [..., embedding_dims].</summary>
    /// <param name="input">The indices.</param>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (maxNorm is { } limit)
            using (no_grad())
                Operator.CallInPlace("aten::embedding_renorm_", weight, input, limit, normType);
        return Operator.Call("aten::embedding", weight, input, padding ?? -1, scaleGradient, isSparse);
    }
}
