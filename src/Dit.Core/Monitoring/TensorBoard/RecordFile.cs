using System.Buffers.Binary;

namespace Dit.Core;

/// <summary>A new file of TensorFlow's records: length, sum of the length, data, sum of the data.</summary>
internal sealed class RecordFile(string path) : IDisposable
{
    private const int Header = sizeof(ulong) + sizeof(uint), Footer = sizeof(uint);

    // No buffer: a record is on its way to the disk as a whole, or not at all, when a call returns.
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    private readonly Lock _lock = new();

    public void Append(ReadOnlySpan<byte> data)
    {
        var record = new byte[Header + data.Length + Footer];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedCrc.Of(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record.AsSpan(Header));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Header + data.Length), MaskedCrc.Of(data));
        lock (_lock)
        {
            var start = _file.Position;
            try
            {
                _file.Write(record);
            }
            catch (IOException)
            {
                _file.SetLength(start);                                       // a full disk must not leave a part, behind which nothing could be read
                throw;
            }
        }
    }

    public void Flush()
    {
        lock (_lock)
            _file.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }
}
