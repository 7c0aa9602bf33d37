using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The memory that tensors of a file share: a one-dimensional array of elements, by key.</summary>
internal sealed record PickledStorage(string Key, ScalarType Dtype, long Count)
{
    public long ElementSize { get; } = SafeTensorsDtype.SizeOf(Dtype);

    public long Length => Count * ElementSize;
}
