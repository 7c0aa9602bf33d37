using System.Buffers.Binary;
using System.Text;

namespace Dit.Core;

/// <summary>Reads the bytes of a pickle; nothing is allocated for bytes that are not there.</summary>
internal sealed class PickleReader(Stream stream, long length, MemoryBudget budget)
{
    private const int LongestLine = 1000;
    private const int LongestText = 1 << 29;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[1 << 14];
    private int _start, _end;

    /// <summary>Bytes that were read.</summary>
    public long Position { get; private set; }

    private long Left => length - Position;

    public byte ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        Read(one);
        return one[0];
    }

    public int ReadUInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public int ReadInt32() => (int)ReadUInt32();

    public uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public double ReadDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(bytes);
        return BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    public byte[] ReadBytes(long count)
    {
        if (count < 0 || count > Left)
            throw new InvalidDataException($"it says that {(ulong)count} bytes follow byte {Position}, but {Left} do");
        if (count > LongestText)
            throw new InvalidDataException($"it has a text of {count} bytes at byte {Position}; {LongestText} are allowed");
        budget.Take(count);
        var bytes = new byte[count];
        Read(bytes);
        return bytes;
    }

    public string ReadText(long count)
    {
        var bytes = ReadBytes(count);
        budget.Take(2 * count);
        return Decode(bytes);
    }

    /// <summary>A text that ends with a line feed.</summary>
    public string ReadLine()
    {
        var line = new List<byte>();
        for (var next = ReadByte(); next != (byte)'\n'; next = ReadByte())
        {
            if (line.Count == LongestLine)
                throw new InvalidDataException($"a name in it is longer than {LongestLine} bytes");
            line.Add(next);
        }
        return Decode([.. line]);
    }

    private void Read(Span<byte> target)
    {
        if (target.Length > Left)
            throw new InvalidDataException($"it ends at byte {length}, in the middle");
        Position += target.Length;
        var buffered = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(target);
        _start += buffered;
        target = target[buffered..];
        if (target.Length >= _buffer.Length)
            stream.ReadExactly(target);
        else if (target.Length > 0)
        {
            _end = stream.ReadAtLeast(_buffer, target.Length);
            _buffer.AsSpan(0, target.Length).CopyTo(target);
            _start = target.Length;
        }
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("a text in it is not UTF-8", e);
        }
    }
}
