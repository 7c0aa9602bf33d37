using System.Runtime.InteropServices;

namespace Dit.Data;

/// <summary>The C ABI of libdit_image (native/image/dit_image.h).</summary>
internal static unsafe partial class ImageNative
{
    private const string Library = "dit_image";

    [LibraryImport(Library, EntryPoint = "dit_image_version")]
    internal static partial byte* Version();

    [LibraryImport(Library, EntryPoint = "dit_image_last_error")]
    internal static partial byte* LastError();

    [LibraryImport(Library, EntryPoint = "dit_image_open")]
    internal static partial int Open(byte* file, nuint length, int applyProfile, out nint reader, out NativeImageInfo info);

    [LibraryImport(Library, EntryPoint = "dit_image_shrink")]
    internal static partial int Shrink(nint reader, int factor, out NativeImageInfo info);

    [LibraryImport(Library, EntryPoint = "dit_image_restrict")]
    internal static partial int Restrict(nint reader, int top, int left, int height, int width);

    [LibraryImport(Library, EntryPoint = "dit_image_read")]
    internal static partial int Read(nint reader, int rows, byte* pixels);

    [LibraryImport(Library, EntryPoint = "dit_image_close")]
    internal static partial void Close(nint reader);

    [LibraryImport(Library, EntryPoint = "dit_image_encode")]
    internal static partial int Encode(
        byte* pixels, int frames, int height, int width, int channels, int format, int quality, int lossless, int* delays, int loops,
        out byte* file, out nuint length);

    [LibraryImport(Library, EntryPoint = "dit_image_free")]
    internal static partial void Free(byte* buffer);
}
