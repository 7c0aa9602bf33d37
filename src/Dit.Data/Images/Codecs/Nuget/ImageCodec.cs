using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Dit.Data;

/// <summary>Image files through ImageSharp. ImageSharp 3 does not apply ICC profiles (pixels are taken as sRGB) and does not read AVIF.</summary>
internal sealed class ImageCodec : IImageCodec
{
    private ImageCodec()
    {
    }

    public static ImageCodec Instance { get; } = new();

    public ImageReader Open(ReadOnlySpan<byte> file, ImageFileFormat format, bool applyColorProfile) =>
        format == ImageFileFormat.Avif
            ? throw new InvalidDataException("it is an AVIF file, which the backend nuget (ImageSharp 3) does not read; convert it, or use the backend native")
            : SharpReader.Open(file);

    public byte[] Encode(IReadOnlyList<PixelImage> frames, ImageFileFormat format, ImageEncodeOptions options, AnimationOptions? animation)
    {
        var grey = frames[0].Channels == 1;
        IImageEncoder encoder = format switch
        {
            ImageFileFormat.Png => new PngEncoder
            {
                ColorType = grey ? PngColorType.Grayscale : PngColorType.Rgb,
                BitDepth = PngBitDepth.Bit8,
                SkipMetadata = true,
            },
            ImageFileFormat.Jpeg => new JpegEncoder
            {
                Quality = options.Quality,
                ColorType = grey ? JpegEncodingColor.Luminance : options.Quality >= 90 ? JpegEncodingColor.YCbCrRatio444 : JpegEncodingColor.YCbCrRatio420,
                SkipMetadata = true,
            },
            ImageFileFormat.WebP => new WebpEncoder
            {
                Quality = options.Quality,
                FileFormat = options.Lossless ? WebpFileFormatType.Lossless : WebpFileFormatType.Lossy,
            },
            ImageFileFormat.Gif => new GifEncoder(),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Written are PNG, JPEG, WebP and GIF."),
        };
        return grey ? Encode<L8>(frames, encoder, animation) : Encode<Rgb24>(frames, encoder, animation);
    }

    private static byte[] Encode<TPixel>(IReadOnlyList<PixelImage> frames, IImageEncoder encoder, AnimationOptions? animation)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var picture = Image.LoadPixelData<TPixel>(frames[0].Pixels.Span, frames[0].Width, frames[0].Height);
        for (var i = 1; i < frames.Count; i++)
        {
            using var next = Image.LoadPixelData<TPixel>(frames[i].Pixels.Span, frames[i].Width, frames[i].Height);
            picture.Frames.AddFrame(next.Frames.RootFrame);
        }
        if (animation is not null) SetTimes(picture, animation);
        using var file = new MemoryStream();
        picture.Save(file, encoder);
        return file.ToArray();
    }

    private static void SetTimes(Image picture, AnimationOptions animation)
    {
        picture.Metadata.GetGifMetadata().RepeatCount = (ushort)animation.Loops;
        picture.Metadata.GetWebpMetadata().RepeatCount = (ushort)animation.Loops;
        var delays = animation.Delays(picture.Frames.Count);
        for (var i = 0; i < delays.Length; i++)
        {
            var metadata = picture.Frames[i].Metadata;
            metadata.GetGifMetadata().FrameDelay = (delays[i] + 5) / 10;        // hundredths of a second
            metadata.GetWebpMetadata().FrameDelay = (uint)delays[i];
        }
    }
}
