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

    [LibraryImport(Library, EntryPoint = "dit_image_encode_png")]
    internal static partial int EncodePng(byte* pixels, int width, int height, int channels, out byte* file, out nuint length);

    [LibraryImport(Library, EntryPoint = "dit_image_decode")]
    internal static partial int Decode(byte* file, nuint length, int channels, out byte* pixels, out int width, out int height, out int resultChannels);

    [LibraryImport(Library, EntryPoint = "dit_image_free")]
    internal static partial void Free(byte* buffer);
}
