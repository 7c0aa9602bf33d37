using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>Reads NumPy's .npy (numpy.lib.format, versions 1 to 3): little-endian numbers in C order.</summary>
internal static partial class NumPyFile
{
    /// <exception cref="InvalidDataException">The file is damaged, or of another kind.</exception>
    public static Tensor Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        if (bytes.Length < 12 || !bytes.StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8]))
            throw new InvalidDataException($"'{path}' is no .npy file.");
        var isOld = bytes[6] == 1;
        long start = isOld ? 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : 12 + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (start > bytes.Length) throw new InvalidDataException($"'{path}' is cut off in its header.");
        var header = Encoding.UTF8.GetString(bytes[(isOld ? 10 : 12)..(int)start]);
        if (Header().Match(header) is not { Success: true, Groups: var parts } || parts["order"].Value != "False")
            throw new InvalidDataException($"'{path}' is no array of little-endian numbers in C order, but {header.Trim()}. Save it with numpy.save(path, numpy.ascontiguousarray(a, 'float32')).");
        long[] shape = [.. parts["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(size => long.Parse(size, CultureInfo.InvariantCulture))];
        return Numbers(bytes[(int)start..], parts["type"].Value, shape, path);
    }

    private static Tensor Numbers(ReadOnlySpan<byte> data, string type, long[] shape, string path)
    {
        var (count, size) = (shape.Aggregate(1L, (a, b) => a * b), type[1] - '0');
        if (data.Length != count * size) throw new InvalidDataException($"'{path}' should have {count * size} bytes of numbers, but has {data.Length}.");
        return type switch
        {
            "f4" => tensor(MemoryMarshal.Cast<byte, float>(data).ToArray(), shape),
            "f8" => tensor(MemoryMarshal.Cast<byte, double>(data).ToArray(), shape),
            "f2" => tensor(Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(data).ToArray(), value => (float)value), shape),
            "i8" => tensor(MemoryMarshal.Cast<byte, long>(data).ToArray(), shape),
            "i4" => tensor(MemoryMarshal.Cast<byte, int>(data).ToArray(), shape),
            _ => tensor(data.ToArray(), shape),                                          // u1, b1
        };
    }

    [GeneratedRegex(@"'descr': '[<|](?<type>f2|f4|f8|i4|i8|u1|b1)'.*'fortran_order': (?<order>\w+).*'shape': \((?<shape>[\d, ]*)\)")]
    private static partial Regex Header();
}
