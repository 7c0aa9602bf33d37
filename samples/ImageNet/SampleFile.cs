using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Dit.Samples.ImageNet;

/// <summary>
/// The .npz that the usual tools for Fréchet distances take: arr_0, uint8 [N, H, W, 3], written batch by batch, so that 50,000 pictures of 10 GB need
/// no memory. It has its name when it is whole.
/// </summary>
internal sealed class SampleFile : IDisposable
{
    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly Stream _array;

    public SampleFile(string path, int count, long height, long width)
    {
        _path = path;
        _zip = new ZipArchive(File.Create(path + ".tmp"), ZipArchiveMode.Create);
        _array = _zip.CreateEntry("arr_0.npy", CompressionLevel.NoCompression).Open();
        // numpy.lib.format, version 1.0; the data begin at a multiple of 64.
        var text = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, {height}, {width}, 3), }}";
        text = text.PadRight((10 + text.Length + 1 + 63) / 64 * 64 - 11) + '\n';
        _array.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. Encoding.ASCII.GetBytes(text)]);
    }

    /// <param name="images">In [-1, 1], [B, 3, H, W].</param>
    public void Add(Tensor images)
    {
        using var scope = NewDisposeScope();
        _array.Write(ToBytes(images).bytes);
    }

    /// <summary>Closes the file and gives it its name.</summary>
    public void Finish()
    {
        Dispose();
        File.Move(_path + ".tmp", _path, overwrite: true);
    }

    public void Dispose()
    {
        _array.Dispose();
        _zip.Dispose();
    }

    /// <summary>The official rounding: clamp(127.5 x + 128, 0, 255), cut off to whole numbers; [B, 3, H, W] to [B, H, W, 3].</summary>
    internal static Tensor ToBytes(Tensor images) =>
        (127.5 * images + 128).clamp(0, 255).permute(0, 2, 3, 1).to(CPU).to(ScalarType.Byte).contiguous();
}
