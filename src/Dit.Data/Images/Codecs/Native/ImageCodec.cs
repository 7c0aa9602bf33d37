using System.Runtime.InteropServices;

namespace Dit.Data;

/// <summary>Image files through libdit_image, on the machine's libvips.</summary>
internal sealed unsafe class ImageCodec : IImageCodec
{
    private ImageCodec() => Version = LoadedVersion();

    public static ImageCodec Instance => Loaded.Value;

    /// <summary>The version of libvips.</summary>
    public string Version { get; }

    private static readonly Lazy<ImageCodec> Loaded = new(static () => new ImageCodec());

    public PixelImage Decode(ReadOnlySpan<byte> file, int? channels)
    {
        if (file.IsEmpty) throw new InvalidDataException("the data is empty");
        fixed (byte* source = file)
        {
            var status = ImageNative.Decode(source, (nuint)file.Length, channels ?? 0, out var pixels, out var width, out var height, out var found);
            if (status != 0) throw new InvalidDataException(LastError());
            return new PixelImage(Take(pixels, checked(width * height * found)), height, width, found);
        }
    }

    public byte[] EncodePng(PixelImage image)
    {
        fixed (byte* pixels = image.Pixels.Span)
        {
            var status = ImageNative.EncodePng(pixels, image.Width, image.Height, image.Channels, out var file, out var length);
            if (status != 0) throw new InvalidOperationException($"The image could not be encoded as PNG: {LastError()}");
            return Take(file, checked((int)length));
        }
    }

    private static byte[] Take(byte* buffer, int length)
    {
        try
        {
            return new ReadOnlySpan<byte>(buffer, length).ToArray();
        }
        finally
        {
            ImageNative.Free(buffer);
        }
    }

    private static string LastError() => Marshal.PtrToStringUTF8((nint)ImageNative.LastError()) ?? "";

    private static string LoadedVersion()
    {
        try
        {
            return Marshal.PtrToStringUTF8((nint)ImageNative.Version()) ?? "";
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"libdit_image, which reads and writes image files, could not be loaded. It needs libvips (Debian: apt-get install libvips42). {e.Message}", e);
        }
    }
}
