using System.Buffers.Binary;
using System.Text;

namespace Dit.Core;

/// <summary>Reads the directory of a zip archive and checks it against the file.</summary>
/// <remarks>The format is PKWARE's APPNOTE.TXT. Names are unique, records are stored or deflated and not encrypted.</remarks>
internal sealed class ZipDirectory
{
    private const uint EndMark = 0x06054b50, End64LocatorMark = 0x07064b50, End64Mark = 0x06064b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;
    private const int EndLength = 22, End64LocatorLength = 20, End64Length = 56, EntryLength = 46, LocalLength = 30;
    private const int LongestComment = ushort.MaxValue, LongestDirectory = 1 << 30;
    private const ushort Encrypted = 1, Stored = 0, Deflated = 8, Zip64Field = 1;

    private readonly InputFile _file;
    private readonly MemoryBudget _budget;
    private long _unpacked;

    private ZipDirectory(InputFile file, MemoryBudget budget) => (_file, _budget) = (file, budget);

    /// <summary>The records by name.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    public static Dictionary<string, ZipRecord> Read(InputFile file, MemoryBudget budget) => new ZipDirectory(file, budget).Read();

    private Dictionary<string, ZipRecord> Read()
    {
        var (start, length) = Locate();
        _budget.Take(length);
        var directory = new byte[length];
        _file.Read(start, directory);
        var records = new Dictionary<string, ZipRecord>();
        for (ReadOnlySpan<byte> rest = directory; !rest.IsEmpty;)
        {
            _budget.Take(400);
            var record = ReadEntry(ref rest, start);
            if (!records.TryAdd(record.Name, record))
                throw new InvalidDataException($"it has two records '{record.Name}'");
        }
        return records;
    }

    /// <summary>Finds the directory by the mark at the archive's end.</summary>
    private (long Start, int Length) Locate()
    {
        var tail = new byte[Math.Min(_file.Length, EndLength + LongestComment)];
        var tailStart = _file.Length - tail.Length;
        _file.Read(tailStart, tail);
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (UInt32(end, 0) != EndMark || UInt16(end, 20) != end.Length - EndLength)
                continue;
            var (limit, length, start) = (tailStart + at, (long)UInt32(end, 12), (long)UInt32(end, 16));
            if (length == uint.MaxValue || start == uint.MaxValue || UInt16(end, 10) == ushort.MaxValue)
                (limit, length, start) = Locate64(limit - End64LocatorLength);
            if (start < 0 || length < 0 || start > limit - length || length > LongestDirectory)
                throw new InvalidDataException($"its directory is said to be the {length} bytes at {start} of {limit}");
            return (start, (int)length);
        }
        throw new InvalidDataException("it begins as a zip archive, but the directory at its end is missing: it is cut off");
    }

    private (long Limit, long Length, long Start) Locate64(long locatorStart)
    {
        Span<byte> locator = stackalloc byte[End64LocatorLength], end = stackalloc byte[End64Length];
        _file.Read(locatorStart, locator);
        var endStart = Int64(locator, 8);
        _file.Read(endStart, end);
        return UInt32(locator, 0) == End64LocatorMark && UInt32(end, 0) == End64Mark
            ? (endStart, Int64(end, 40), Int64(end, 48))
            : throw new InvalidDataException("its zip64 directory is not where it should be");
    }

    private ZipRecord ReadEntry(ref ReadOnlySpan<byte> rest, long directoryStart)
    {
        var entry = Take(ref rest, EntryLength);
        if (UInt32(entry, 0) != EntryMark)
            throw new InvalidDataException("its directory is damaged");
        var (flags, method, sum) = (UInt16(entry, 8), UInt16(entry, 10), UInt32(entry, 16));
        var (packed, length, local) = ((long)UInt32(entry, 20), (long)UInt32(entry, 24), (long)UInt32(entry, 42));
        var rawName = Take(ref rest, UInt16(entry, 28));
        _budget.Take(2 * rawName.Length);
        var name = Encoding.UTF8.GetString(rawName);
        ReadZip64(Take(ref rest, UInt16(entry, 30)), ref length, ref packed, ref local);
        Take(ref rest, UInt16(entry, 32));

        if ((flags & Encrypted) != 0 || method is not (Stored or Deflated))
            throw new InvalidDataException($"its record '{name}' is encrypted or packed by method {method}; stored and deflated are known");
        if (method == Stored && packed != length)
            throw new InvalidDataException($"its record '{name}' is stored, but has {packed} bytes in it and {length} outside");
        var start = DataStart(local, name, rawName);
        if (length < 0 || packed < 0 || packed > directoryStart - start)
            throw new InvalidDataException($"its record '{name}' is said to have {(ulong)packed} bytes, but {directoryStart - start} follow");
        if (length > _file.Length + MemoryBudget.Margin - _unpacked)
            throw new InvalidDataException($"its records would unpack to more than its size and {MemoryBudget.Margin >> 20} MB; '{name}' has {length} bytes");
        _unpacked += length;
        return new ZipRecord(_file, name, method == Deflated, start, packed, length, sum);
    }

    /// <summary>Values that do not fit into 32 bits are in an extra field, in this order.</summary>
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            var (id, size) = (UInt16(extra, 0), UInt16(extra, 2));
            Take(ref extra, 4);
            var field = Take(ref extra, size);
            if (id != Zip64Field)
                continue;
            Replace(ref length, ref field);
            Replace(ref packed, ref field);
            Replace(ref local, ref field);
        }

        static void Replace(ref long value, ref ReadOnlySpan<byte> field)
        {
            if (value == uint.MaxValue)
                value = Int64(Take(ref field, sizeof(long)), 0);
        }
    }

    /// <summary>The record's own header, which has the name again, comes before its data.</summary>
    private long DataStart(long local, string name, ReadOnlySpan<byte> rawName)
    {
        Span<byte> header = stackalloc byte[LocalLength];
        _file.Read(local, header);
        var repeated = new byte[UInt16(header, 26)];
        _file.Read(local + LocalLength, repeated);
        return UInt32(header, 0) == LocalMark && rawName.SequenceEqual(repeated)
            ? local + LocalLength + repeated.Length + UInt16(header, 28)
            : throw new InvalidDataException($"its record '{name}' is not where its directory says");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length)
    {
        if (length > rest.Length)
            throw new InvalidDataException("its directory is damaged");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
