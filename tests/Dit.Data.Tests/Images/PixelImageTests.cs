using System.Text;

namespace Dit.Data.Tests;

public sealed class PixelImageTests
{
    private static PixelImage Pattern(int height, int width, int channels) =>
        new(Enumerable.Range(0, height * width * channels).Select(i => (byte)(i * 37)).ToArray(), height, width, channels);

    [Theory, InlineData(1, 1, 1), InlineData(5, 3, 1), InlineData(5, 3, 3), InlineData(64, 33, 3)]
    public void A_png_gives_back_its_pixels(int height, int width, int channels)
    {
        var image = Pattern(height, width, channels);
        var png = image.ToPng();
        var decoded = PixelImage.Decode(png);

        Assert.Equal((height, width, channels), (decoded.Height, decoded.Width, decoded.Channels));
        Assert.Equal(image.Pixels.ToArray(), decoded.Pixels.ToArray());
        Assert.Equal(png, image.ToPng());
        Assert.Equal([0x89, .. "PNG\r\n\x1a\n"u8], png[..8]);
    }

    [Fact]
    public void Channels_are_converted_when_asked_for()
    {
        var grey = Pattern(4, 4, 1);
        var rgb = PixelImage.Decode(grey.ToPng(), channels: 3);
        Assert.Equal(3, rgb.Channels);
        Assert.Equal(grey.Pixels.ToArray().SelectMany(b => new[] { b, b, b }), rgb.Pixels.ToArray());
        Assert.Equal(grey.Pixels.ToArray(), PixelImage.Decode(rgb.ToPng(), channels: 1).Pixels.ToArray());
    }

    /// PNG files of one pixel: value * a + 255 * (1 - a) with a = 128 / 255.
    [Theory]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM4kcLQAAAE0QGtWmI9XQAAAABJRU5ErkJggg==", new byte[] { 227, 177, 127 })]     // RGBA (200, 100, 0, 128)
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABEAQAAADljNBBAAAADUlEQVR42mNISWloAAAEQQHJUIW8SAAAAABJRU5ErkJggg==", new byte[] { 177 })]               // 16-bit grey and alpha (100, 128) * 257
    public void Alpha_is_blended_over_white(string file, byte[] expected) =>
        Assert.Equal(expected, PixelImage.Decode(Convert.FromBase64String(file)).Pixels.ToArray());

    /// A PNG of one row, grey (10, 20, 30), whose EXIF says: turn it by 90 degrees clockwise.
    [Fact]
    public void Orientation_is_applied()
    {
        var image = PixelImage.Decode(Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAAAAAA+i0toAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAANZnS2kAAAAMSURBVHjaY+ASkQMAAGgAPWr1cFsAAAAASUVORK5CYII="));
        Assert.Equal((3, 1), (image.Height, image.Width));
        Assert.Equal([10, 20, 30], image.Pixels.ToArray());
    }

    [Fact]
    public void Data_that_is_no_image_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => PixelImage.Decode([]));
        Assert.Throws<InvalidDataException>(() => PixelImage.Decode(Encoding.ASCII.GetBytes("This is not an image, but a sentence.")));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.png"], "no");
        Assert.Contains("x.png", Assert.Throws<InvalidDataException>(() => PixelImage.Load(folder["x.png"])).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => PixelImage.Load(folder["y.png"]));
    }

    [Fact, Trait("Category", "Fuzz")]
    public void Damaged_files_are_an_exception_or_an_image_and_never_a_crash()
    {
        var png = Pattern(16, 16, 3).ToPng();
        for (var length = 0; length < png.Length - 12; length++)        // the last 12 bytes say only that the file ends
            Assert.Throws<InvalidDataException>(() => PixelImage.Decode(png.AsSpan(0, length)));
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var damaged = png.ToArray();
            for (var i = 0; i < 3; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                PixelImage.Decode(damaged);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void The_codec_works_from_many_threads()
    {
        var image = Pattern(40, 40, 3);
        Parallel.For(0, 200, i =>
        {
            if (i % 5 == 0) Assert.Throws<InvalidDataException>(() => PixelImage.Decode([1, 2, 3, 4]));
            else Assert.Equal(image.Pixels.ToArray(), PixelImage.Decode(image.ToPng()).Pixels.ToArray());
        });
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        var error = Assert.Throws<ArgumentException>("pixels", () => new PixelImage(new byte[4], 2, 2, 3));
        Assert.Contains("[2, 2, 3], which has 12", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelImage(new byte[8], 2, 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelImage(ReadOnlyMemory<byte>.Empty, 0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelImage.Decode([1], channels: 4));
    }
}
