using System.IO.Compression;
using System.Text;

namespace Dit.Samples.Mnist;

/// <summary>Writes NumPy's .npz: a zip of .npy arrays (numpy.lib.format, version 1.0).</summary>
internal static class Npz
{
    /// <param name="path">The file; it is replaced only when all is written.</param>
    /// <param name="arrays">Name, NumPy type such as |u1 or &lt;i8, shape, and the bytes in C order.</param>
    public static void Save(string path, params (string Name, string Type, long[] Shape, byte[] Data)[] arrays)
    {
        var temporary = path + ".tmp";
        using (var zip = new ZipArchive(File.Create(temporary), ZipArchiveMode.Create))
            foreach (var (name, type, shape, data) in arrays)
            {
                using var entry = zip.CreateEntry($"{name}.npy", CompressionLevel.Fastest).Open();
                entry.Write(Header(type, shape));
                entry.Write(data);
            }

        File.Move(temporary, path, overwrite: true);
    }

    private static byte[] Header(string type, long[] shape)
    {
        var size = $"({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")})";
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {size}, }}";
        text = text.PadRight((10 + text.Length + 1 + 63) / 64 * 64 - 11) + '\n';                // the data begin at a multiple of 64
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. Encoding.ASCII.GetBytes(text)];
    }
}
