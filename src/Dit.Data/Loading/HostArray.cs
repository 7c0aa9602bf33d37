using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>An array in host memory, row by row, to be filled by a worker; the memory is rented.</summary>
internal sealed class HostArray : IDisposable
{
    private readonly int _rowBytes;
    private byte[] _bytes;

    /// <param name="type">The type of the numbers.</param>
    /// <param name="count">Rows.</param>
    /// <param name="row">The shape of a row.</param>
    public HostArray(ScalarType type, int count, params ReadOnlySpan<long> row)
    {
        (Type, Shape) = (type, [count, .. row]);
        var rowBytes = (long)Core.SafeTensorsDtype.SizeOf(type);
        foreach (var length in row) rowBytes *= length;
        if (count * rowBytes > Array.MaxLength)
            throw new InvalidOperationException($"A batch of [{string.Join(", ", Shape)}] {type} takes more than 2 GiB. Choose a smaller batch.");
        _rowBytes = (int)rowBytes;
        _bytes = ArrayPool<byte>.Shared.Rent(count * _rowBytes);
    }

    public ScalarType Type { get; }

    public long[] Shape { get; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, (int)Shape[0] * _rowBytes);

    public Span<byte> Row(int place) => _bytes.AsSpan(place * _rowBytes, _rowBytes);

    public Span<T> Row<T>(int place) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Row(place));

    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
