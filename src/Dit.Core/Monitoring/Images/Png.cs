using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Encodes tensors as PNG files, to be logged. Dit.Data reads and writes image files of every kind.</summary>
public static class Png
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes one image.</summary>
    /// <param name="image">[C, H, W] with C = 1 (grey) or 3 (RGB): uint8, or floating point in [-1, 1]; what lies outside is clamped, NaN is black. On any device.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentException">The shape or the type does not fit.</exception>
    public static byte[] Encode(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 3 || image.shape[0] is not (1 or 3) || image.numel() == 0)
            throw new ArgumentException(Unfit(image, "an image is [C, H, W] with C = 1 or 3"), nameof(image));
        using var scope = NewDisposeScope();
        return File(Bytes(image, nameof(image)).permute(1, 2, 0));                       // [H, W, C]
    }

    /// <summary>Encodes a batch as one image: rows of images, left to right, 2 black pixels apart.</summary>
    /// <param name="images">[B, C, H, W], as <see cref="Encode(Tensor)"/> takes them.</param>
    /// <param name="columns">Images in a row.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentException">The shape or the type does not fit.</exception>
    public static byte[] EncodeGrid(Tensor images, int columns = 8)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3) || images.numel() == 0)
            throw new ArgumentException(Unfit(images, "a grid is made of [B, C, H, W] with C = 1 or 3"), nameof(images));
        const int Gap = 2;
        using var scope = NewDisposeScope();
        var pixels = Bytes(images, nameof(images)).permute(0, 2, 3, 1);                     // [B, H, W, C]
        var (count, height, width, channels) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]);
        var (across, down) = (Math.Min(columns, count), (count + columns - 1) / columns);
        var grid = zeros([down * (height + Gap) - Gap, across * (width + Gap) - Gap, channels], uint8);
        for (var i = 0L; i < count; i++)
            grid.narrow(0, i / columns * (height + Gap), height).narrow(1, i % columns * (width + Gap), width).copy_(pixels[i]);
        return File(grid);
    }

    /// <summary>Width and height of a PNG file.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static (int Width, int Height) Size(ReadOnlySpan<byte> png) => png.Length >= 24 && png.StartsWith(Signature)
        ? (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..]))
        : throw new ArgumentException("The bytes are no PNG file.", nameof(png));

    private static Tensor Bytes(Tensor images, string argument)
    {
        if (images.dtype == uint8)
            return images.cpu();
        if (!images.is_floating_point())
            throw new ArgumentException($"Got {images.dtype}, but images are uint8, or floating point in [-1, 1].", argument);
        return images.detach().to(float32).nan_to_num(-1).add(1).mul(127.5).round().clamp(0, 255).to(uint8).cpu();
    }

    /// <param name="pixels">[H, W, C], uint8, on the CPU.</param>
    private static byte[] File(Tensor pixels)
    {
        var (height, width, channels) = ((int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2]);
        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, channels == 1 ? (byte)0 : (byte)2);                    // bits, then grey or RGB; the rest 0
        WriteChunk(file, "IHDR", header);
        WriteChunk(file, "IDAT", Compress(pixels.contiguous().bytes, width * channels));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Rows as differences to the row above, which both photographs and digits compress well as.</summary>
    private static byte[] Compress(ReadOnlySpan<byte> pixels, int stride)
    {
        const byte Up = 2;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + stride];
            row[0] = Up;
            for (var at = 0; at < pixels.Length; at += stride)
            {
                for (var i = 0; i < stride; i++)
                    row[1 + i] = (byte)(pixels[at + i] - (at == 0 ? 0 : pixels[at + i - stride]));
                zlib.Write(row);
            }
        }
        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        var name = Encoding.ASCII.GetBytes(type);
        file.Write(name);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, name), data));
        file.Write(number);
    }

    private static string Unfit(Tensor tensor, string expected) => $"Got [{string.Join(", ", tensor.shape)}], but {expected}.";
}
