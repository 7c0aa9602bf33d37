using System.Runtime.InteropServices;

namespace Dit.Data;

/// <summary>The struct dit_image_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeImageInfo
{
    private readonly int _width;
    private readonly int _height;
    private readonly int _channels;
    private readonly int _bits;
    private readonly int _frames;
    private readonly int _orientation;

    public StoredImage Header => new(_height, _width, _channels, _bits, _frames, _orientation);
}
