using System.Text;

namespace Dit.Data.Tests;

public sealed class DecodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// Waves, so that JPEG compresses them.
    private static PixelImage Picture(int height, int width, int channels) => new(
        Enumerable.Range(0, height * width * channels)
            .Select(i => (byte)(127 + 60 * Math.Sin(i / channels % width / 7.0 + i % channels) + 60 * Math.Cos(i / channels / width / 5.0))).ToArray(),
        height, width, channels);

    /// What is decoded for a crop alone, from the middle of a file, is what decoding all of it gives.
    [Theory, InlineData(ImageFileFormat.Jpeg, 95), InlineData(ImageFileFormat.Jpeg, 80), InlineData(ImageFileFormat.Png, 90), InlineData(ImageFileFormat.WebP, 90)]
    public void A_crop_while_decoding_is_the_crop_of_the_decoded_image(ImageFileFormat format, int quality)
    {
        var random = new Random(11);
        for (var round = 0; round < 40; round++)
        {
            var (height, width, channels) = (random.Next(20, 200), random.Next(20, 300), random.Next(2) * 2 + 1);
            var file = Picture(height, width, channels).Encode(format, new() { Quality = quality });
            var whole = PixelImage.Decode(file);
            for (var i = 0; i < 5; i++)
            {
                var crop = new RandomFlip(i == 0 ? new AdmCenterCrop(16) : new RandomResizedCrop(24, leastArea: 0.01));
                var seed = (ulong)(round * 10 + i);
                PixelDifference.AssertWithin(0, whole.Crop(crop, new AugmentationRandom(seed)), PixelImage.Decode(file, crop, new AugmentationRandom(seed)));
            }
        }
    }

    [Theory, InlineData(1), InlineData(3), InlineData(null)]
    public void Crops_have_the_channels_asked_for(int? channels)
    {
        foreach (var name in new[] { "rgba.png", "grey-alpha.png", "grey.jpg", "420.jpg", "palette.bmp", "orientation-6.jpg" })
        {
            var options = new ImageDecodeOptions { Channels = channels };
            var expected = PixelImage.Decode(PillowCases.File(name), options).Crop(new AdmCenterCrop(9));
            PixelDifference.AssertWithin(0, expected, PixelImage.Decode(PillowCases.File(name), new AdmCenterCrop(9), options: options));
            if (channels is { } c) Assert.Equal(c, expected.Channels);
        }
    }

    private const string Avif =
        "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQAB" +
        "AAAAAAEOAAEAAAAAAAAAHgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAAAABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EgAgAAAAAUaXNw" +
        "ZQAAAAAAAAAQAAAADAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAACZtZGF0EgAKCDgM/thAgIGkMhARgAAAQABXuD99QvCeGYR0";

    /// An AVIF file of 16 x 12 pixels of one colour, 4:2:0, which libvips wrote.
    [Fact]
    public void Avif_is_read()
    {
        var image = PixelImage.Decode(Convert.FromBase64String(Avif));
        Assert.Equal((12, 16, 3), (image.Height, image.Width, image.Channels));
        var color = new PixelImage(Enumerable.Range(0, 12 * 16).SelectMany(_ => new byte[] { 200, 100, 50 }).ToArray(), 12, 16, 3);
        PixelDifference.AssertWithin(4, color, image);
        Assert.Equal(ImageFileFormat.Avif, ImageInfo.Read(Convert.FromBase64String(Avif)).Format);
    }

    [Fact]
    public void Headers_are_read_without_the_pixels()
    {
        var png = PillowCases.File("grey-alpha.png");
        File.WriteAllBytes(_folder["a.jpg"], png.AsSpan(0, 60).ToArray());      // only the header, and under a wrong name
        var expected = new ImageInfo(ImageFileFormat.Png, 26, 37, Channels: 1, HasAlpha: true, BitsPerChannel: 8, Frames: 1, Orientation: 1);
        Assert.Equal(expected, ImageInfo.Read(_folder["a.jpg"]));
        Assert.Equal(16, ImageInfo.Read(PillowCases.File("deep.png")).BitsPerChannel);
        Assert.Equal(2, ImageInfo.Read(PillowCases.File("two.gif")).Frames);
        var turned = ImageInfo.Read(PillowCases.File("orientation-6.jpg"));
        Assert.Equal((29, 19, 6), (turned.Height, turned.Width, turned.Orientation));
    }

    [Fact]
    public void Orientation_is_kept_out_when_not_wanted()
    {
        var image = PixelImage.Decode(PillowCases.File("orientation-6.jpg"), new ImageDecodeOptions { ApplyOrientation = false });
        Assert.Equal((19, 29), (image.Height, image.Width));
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg, 100, 100), InlineData(ImageFileFormat.Jpeg, 26, 50)]
    [InlineData(ImageFileFormat.WebP, 60, 100), InlineData(ImageFileFormat.Png, 10, 200)]
    public void Shrinking_while_decoding_keeps_the_side_asked_for(ImageFileFormat format, int side, int height)
    {
        var file = Picture(200, 300, 3).Encode(format);
        var shrunk = PixelImage.Decode(file, new ImageDecodeOptions { ShrinkToSide = side });
        Assert.Equal((height, height * 3 / 2), (shrunk.Height, shrunk.Width));
        var reduced = PixelImage.Decode(file).Resize(shrunk.Height, shrunk.Width, ResampleFilter.Box);
        Assert.InRange(reduced.Pixels.ToArray().Zip(shrunk.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average(), 0, 3);
        PixelDifference.AssertWithin(0, shrunk.Crop(new CenterCrop(10)), PixelImage.Decode(file, new CenterCrop(10), options: new() { ShrinkToSide = side }));
    }

    /// A profile that exchanges red and green.
    [Fact]
    public void A_colour_profile_is_applied_unless_it_is_switched_off()
    {
        var pixels = new PixelImage(new byte[] { 200, 120, 60 }, 1, 1, 3);
        var file = Pngs.WithProfile(pixels.ToPng(), Pngs.RedGreenExchanged());
        Assert.Equal([200, 120, 60], PixelImage.Decode(file, new ImageDecodeOptions { ApplyColorProfile = false }).Pixels.ToArray());
        var converted = PixelImage.Decode(file).Pixels.ToArray();
        Assert.InRange(converted[0], 115, 125);
        Assert.InRange(converted[1], 195, 205);
        Assert.InRange(converted[2], 53, 65);
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Channels", () => new ImageDecodeOptions { Channels = 2 });
        Assert.Throws<ArgumentOutOfRangeException>("MaxPixels", () => new ImageDecodeOptions { MaxPixels = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("ShrinkToSide", () => new ImageDecodeOptions { ShrinkToSide = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("Quality", () => new ImageEncodeOptions { Quality = 101 });
        Assert.Throws<ArgumentOutOfRangeException>("format", () => Picture(2, 2, 3).Encode(ImageFileFormat.Tiff));
    }

    [Fact]
    public void Errors_name_the_file_what_was_found_and_what_was_expected()
    {
        File.WriteAllText(_folder["page.png"], "<html><body>Not found</body></html>");
        var error = Assert.Throws<InvalidDataException>(() => PixelImage.Load(_folder["page.png"]));
        Assert.Contains("page.png", error.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(Encoding.ASCII.GetBytes("<html><b")), error.Message, StringComparison.Ordinal);
        Assert.Contains("PNG, JPEG", error.Message, StringComparison.Ordinal);

        File.WriteAllBytes(_folder["large.png"], PillowCases.File("rgb.png"));
        error = Assert.Throws<InvalidDataException>(() => PixelImage.Load(_folder["large.png"], new ImageDecodeOptions { MaxPixels = 961 }));
        Assert.Contains("37 x 26 = 962 pixels, more than the limit of 961", error.Message, StringComparison.Ordinal);
        Assert.Equal(26, PixelImage.Load(_folder["large.png"], new ImageDecodeOptions { MaxPixels = 962 }).Height);
    }
}
