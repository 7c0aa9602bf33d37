using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>A tensor's elements on the host, as .NET numbers in row-major order whatever the strides.</summary>
/// <typeparam name="T">The .NET type of the elements.</typeparam>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>Whether writing is refused: never.</summary>
    public bool IsReadOnly => false;

    /// <summary>The element at one index per dimension, or at one flat index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its dimension.</exception>
    public unsafe T this[params long[] indices]
    {
        get => Data[Offset(indices)];
        set => Data[Offset(indices)] = value;
    }

    private unsafe T* Data => (T*)tensor.Describe().Data;

    /// <summary>A copy of the elements.</summary>
    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    /// <summary>A copy of the elements as an array with the tensor's dimensions.</summary>
    public Array ToNDArray()
    {
        var array = Array.CreateInstance(typeof(T), shape);
        var flat = ToArray();
        Buffer.BlockCopy(flat, 0, array, 0, Buffer.ByteLength(flat));
        return array;
    }

    /// <summary>Copies the elements from a flat index on.</summary>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies the elements from a flat index on.</summary>
    /// <exception cref="ArgumentException">The target is too small.</exception>
    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = checked((int)(Count - tensorIndex));
        if (array.Length - arrayIndex < count) throw new ArgumentException($"{count} elements do not fit into {array.Length - arrayIndex} places.", nameof(array));
        var target = array.Slice(arrayIndex, count);
        var data = Data;
        if (contiguous) new ReadOnlySpan<T>(data + tensorIndex, count).CopyTo(target);
        else for (var i = 0; i < count; i++) target[i] = data[Offset(tensorIndex + i)];
        GC.KeepAlive(tensor);
    }

    /// <summary>Writes elements from a flat index on.</summary>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Writes elements from a flat index on.</summary>
    /// <exception cref="ArgumentException">The source is too small.</exception>
    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = checked((int)(Count - tensorIndex));
        if (array.Length - arrayIndex < count) throw new ArgumentException($"The tensor has {count} elements from {tensorIndex} on, but got {array.Length - arrayIndex}.", nameof(array));
        var data = Data;
        if (contiguous) array.Slice(arrayIndex, count).CopyTo(new Span<T>(data + tensorIndex, count));
        else for (var i = 0; i < count; i++) data[Offset(tensorIndex + i)] = array[arrayIndex + i];
        GC.KeepAlive(tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++) yield return At(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing: the elements belong to the tensor.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    private unsafe T At(long flat) => Data[Offset(flat)];

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && shape.Length != 1) return Offset(Checked(indices[0], Count));
        if (indices.Length != shape.Length) throw new ArgumentOutOfRangeException(nameof(indices), $"The tensor has {shape.Length} dimensions, but got {indices.Length} indices.");
        long offset = 0;
        for (var d = 0; d < indices.Length; d++) offset += Checked(indices[d], shape[d]) * strides[d];
        return offset;
    }

    private long Offset(long flat)
    {
        if (contiguous) return flat;
        long offset = 0;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            offset += flat % shape[d] * strides[d];
            flat /= shape[d];
        }
        return offset;
    }

    private static long Checked(long index, long size)
    {
        if ((ulong)index >= (ulong)size) throw new ArgumentOutOfRangeException(nameof(index), index, $"The index must be 0 to {size - 1}.");
        return index;
    }
}
