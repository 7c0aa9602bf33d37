using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace Dit.Data;

/// <summary>A file opened by ImageSharp: the header at once, the pixels of the whole image when the first row is read.</summary>
internal sealed unsafe class SharpReader : ImageReader
{
    private readonly byte* _file;
    private readonly int _length;
    private StoredImage _header;
    private bool _shrunk;
    private ImageRegion _part;
    private int _row;
    private Image? _picture;

    private SharpReader(byte* file, int length, SixLabors.ImageSharp.ImageInfo info)
    {
        _file = file;
        _length = length;
        var frames = Math.Max(info.FrameMetadataCollection.Count, 1);
        _header = new(info.Height, info.Width, ChannelsOf(info.Metadata), BitsOf(info.Metadata), frames, OrientationOf(info.Metadata));
        _part = ImageRegion.Whole(info.Height, info.Width);
    }

    public override StoredImage Header => _header;

    /// <param name="file">Pinned by the caller until the reader is disposed.</param>
    public static SharpReader Open(ReadOnlySpan<byte> file)
    {
        fixed (byte* pinned = file)
        {
            try
            {
                return new(pinned, file.Length, Image.Identify(file));
            }
            catch (Exception e) when (e is ImageFormatException or InvalidMemoryOperationException or NotSupportedException)
            {
                throw new InvalidDataException(e.Message, e);
            }
        }
    }

    public override void Shrink(int factor)
    {
        if (_header.Height < factor || _header.Width < factor) return;
        _header = _header with { Height = (_header.Height + factor - 1) / factor, Width = (_header.Width + factor - 1) / factor };
        _part = ImageRegion.Whole(_header.Height, _header.Width);
        _shrunk = true;
    }

    public override void Restrict(ImageRegion part) => (_part, _row) = (part, part.Top);

    public override void Read(Span<byte> rows)
    {
        switch (_header.Channels)
        {
            case 1: Read<L8>(rows); break;
            case 2: Read<La16>(rows); break;
            case 3: Read<Rgb24>(rows); break;
            default: Read<Rgba32>(rows); break;
        }
    }

    public override void Dispose() => _picture?.Dispose();

    private static int ChannelsOf(ImageMetadata metadata) => metadata.DecodedImageFormat switch
    {
        PngFormat => metadata.GetPngMetadata() switch
        {
            { ColorType: PngColorType.GrayscaleWithAlpha } => 2,
            { ColorType: PngColorType.Grayscale, TransparentColor: not null } => 2,
            { ColorType: PngColorType.Grayscale } => 1,
            { ColorType: PngColorType.Rgb, TransparentColor: null } => 3,
            _ => 4,
        },
        JpegFormat => metadata.GetJpegMetadata().ColorType is JpegEncodingColor.Luminance ? 1 : 3,
        _ => 4,
    };

    private static int BitsOf(ImageMetadata metadata) => metadata.DecodedImageFormat switch
    {
        PngFormat => (int)(metadata.GetPngMetadata().BitDepth ?? PngBitDepth.Bit8),
        _ => 8,
    };

    private static int OrientationOf(ImageMetadata metadata) =>
        metadata.ExifProfile is { } exif && exif.TryGetValue(ExifTag.Orientation, out var value) && value.Value is >= 1 and <= 8 ? value.Value : 1;

    private void Read<TPixel>(Span<byte> rows) where TPixel : unmanaged, IPixel<TPixel>
    {
        try
        {
            var options = new DecoderOptions { MaxFrames = 1, TargetSize = _shrunk ? new Size(_header.Width, _header.Height) : null };
            _picture ??= Image.Load<TPixel>(options, new ReadOnlySpan<byte>(_file, _length));
        }
        catch (Exception e) when (e is ImageFormatException or InvalidMemoryOperationException or NotSupportedException)
        {
            throw new InvalidDataException(e.Message, e);
        }
        if ((_picture.Height, _picture.Width) != (_header.Height, _header.Width))
            throw new InvalidDataException($"its header promises {_header.Width} x {_header.Height} pixels, but it has {_picture.Width} x {_picture.Height}");

        var frame = ((Image<TPixel>)_picture).Frames.RootFrame;
        var stride = _part.Width * sizeof(TPixel);
        for (; rows.Length >= stride; rows = rows[stride..], _row++)
            MemoryMarshal.AsBytes(frame.DangerousGetPixelRowMemory(_row).Span.Slice(_part.Left, _part.Width)).CopyTo(rows);
    }
}
