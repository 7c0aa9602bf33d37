using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Splits a dimension into several.</summary>
public sealed class Unflatten : ParameterLessModule<Tensor, Tensor>
{
    internal Unflatten(long dim, long[] unflattened_size) : base(nameof(Unflatten)) =>
        (this.dim, this.unflattened_size) = (dim, unflattened_size);

    /// <summary>The dimension.</summary>
    public long dim { get; set; }

    /// <summary>What it becomes.</summary>
    public long[] unflattened_size { get; set; }

    /// <summary>[..., N, ...] to [..., N1, N2, ...].</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => tensor.unflatten(dim, unflattened_size);
}
