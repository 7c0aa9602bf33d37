using System.Runtime.InteropServices;

namespace Dit.Data;

/// <summary>Image files through libdit_image, on the machine's libvips; BMP, which libvips leaves to libraries that are not safe, by us.</summary>
internal sealed unsafe class ImageCodec : IImageCodec
{
    private static readonly Lazy<ImageCodec> Loaded = new(static () => new ImageCodec());

    private ImageCodec() => Version = LoadedVersion();

    public static ImageCodec Instance => Loaded.Value;

    /// <summary>The version of libvips.</summary>
    public string Version { get; }

    public static string LastError() => Marshal.PtrToStringUTF8((nint)ImageNative.LastError()) ?? "";

    public ImageReader Open(ReadOnlySpan<byte> file, ImageFileFormat format, bool applyColorProfile) =>
        format == ImageFileFormat.Bmp ? BmpReader.Open(file) : new NativeReader(file, applyColorProfile);

    public byte[] Encode(IReadOnlyList<PixelImage> frames, ImageFileFormat format, ImageEncodeOptions options, AnimationOptions? animation)
    {
        var first = frames[0];
        var pixels = frames.Count == 1 ? first.Pixels : Joined(frames);                 // [N, H, W, C]
        var delays = animation?.Delays(frames.Count);
        fixed (byte* source = pixels.Span)
        fixed (int* milliseconds = delays)
        {
            var status = ImageNative.Encode(
                source, frames.Count, first.Height, first.Width, first.Channels, (int)format, options.Quality, options.Lossless ? 1 : 0,
                milliseconds, animation?.Loops ?? 0, out var file, out var length);
            if (status != 0)
                throw new InvalidOperationException($"[{first.Height}, {first.Width}, {first.Channels}] could not be encoded as {format}: {LastError()}");
            return Take(file, checked((int)length));
        }
    }

    private static ReadOnlyMemory<byte> Joined(IReadOnlyList<PixelImage> frames)
    {
        var size = frames[0].Pixels.Length;
        var pixels = GC.AllocateUninitializedArray<byte>(checked(frames.Count * size));
        for (var i = 0; i < frames.Count; i++) frames[i].Pixels.CopyTo(pixels.AsMemory(i * size));
        return pixels;
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
