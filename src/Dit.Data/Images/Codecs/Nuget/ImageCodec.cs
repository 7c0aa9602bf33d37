using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace Dit.Data;

/// <summary>Image files through ImageSharp. ImageSharp 3 does not apply ICC profiles: pixels are taken as sRGB.</summary>
internal sealed class ImageCodec : IImageCodec
{
    private ImageCodec()
    {
    }

    public static ImageCodec Instance { get; } = new();

    public PixelImage Decode(ReadOnlySpan<byte> file, int? channels)
    {
        try
        {
            using var picture = Image.Load<Rgba32>(file);
            var grey = channels == 1 || (channels is null && IsGrey(picture));
            picture.Mutate(context => context.AutoOrient().BackgroundColor(Color.White));
            return grey ? Pixels<L8>(picture, 1) : Pixels<Rgb24>(picture, 3);
        }
        catch (ImageFormatException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public byte[] EncodePng(PixelImage image) =>
        image.Channels == 1 ? Encode<L8>(image, PngColorType.Grayscale) : Encode<Rgb24>(image, PngColorType.Rgb);

    private static bool IsGrey(Image<Rgba32> picture) => picture.Metadata.DecodedImageFormat switch
    {
        PngFormat => picture.Metadata.GetPngMetadata().ColorType is PngColorType.Grayscale or PngColorType.GrayscaleWithAlpha,
        JpegFormat => picture.Metadata.GetJpegMetadata().ColorType is JpegEncodingColor.Luminance,
        _ => false,
    };

    private static PixelImage Pixels<TPixel>(Image<Rgba32> picture, int channels) where TPixel : unmanaged, IPixel<TPixel>
    {
        using var converted = picture.CloneAs<TPixel>();
        var pixels = new byte[checked(converted.Height * converted.Width * channels)];
        converted.CopyPixelDataTo(pixels);
        return new PixelImage(pixels, converted.Height, converted.Width, channels);
    }

    private static byte[] Encode<TPixel>(PixelImage image, PngColorType colour) where TPixel : unmanaged, IPixel<TPixel>
    {
        using var picture = Image.LoadPixelData<TPixel>(image.Pixels.Span, image.Width, image.Height);
        using var file = new MemoryStream();
        picture.Save(file, new PngEncoder { ColorType = colour, BitDepth = PngBitDepth.Bit8, SkipMetadata = true });
        return file.ToArray();
    }
}
