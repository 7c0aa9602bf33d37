namespace Dit.Data.Tests;

public sealed class EncodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static PixelImage Even(byte r, byte g, byte b) => new(Enumerable.Repeat(new[] { r, g, b }, 20 * 30).SelectMany(p => p).ToArray(), 20, 30, 3);

    [Theory, InlineData("a.png", 0), InlineData("a.jpg", 4), InlineData("a.JPEG", 4), InlineData("a.webp", 6), InlineData("a.gif", 0)]
    public void A_saved_file_has_the_format_of_its_name_and_the_pixels(string name, int tolerance)
    {
        var image = Even(200, 100, 50);
        image.Save(_folder[name]);
        PixelDifference.AssertWithin(tolerance, image, PixelImage.Load(_folder[name], channels: 3));
        Assert.Equal(File.ReadAllBytes(_folder[name]), image.Encode(ImageInfo.Read(_folder[name]).Format));
        Assert.Equal([name], _folder.Files);

        var grey = image.ToChannels(1);
        grey.Save(_folder[name]);
        PixelDifference.AssertWithin(tolerance, grey, PixelImage.Load(_folder[name], channels: 1));
    }

    [Fact]
    public void Quality_is_paid_for_in_bytes_and_lossless_webp_is_exact()
    {
        var image = PixelImage.Decode(PillowCases.File("crop-0.png"));
        foreach (var format in new[] { ImageFileFormat.Jpeg, ImageFileFormat.WebP })
            Assert.True(image.Encode(format, new() { Quality = 95 }).Length > image.Encode(format, new() { Quality = 40 }).Length);
        PixelDifference.AssertWithin(0, image, PixelImage.Decode(image.Encode(ImageFileFormat.WebP, new() { Lossless = true })));
    }

    [Theory, InlineData("a.gif"), InlineData("a.webp")]
    public void An_animation_has_its_frames(string name)
    {
        var frames = new[] { Even(255, 0, 0), Even(0, 255, 0), Even(0, 0, 255) };
        var animation = new AnimationOptions { FrameDuration = TimeSpan.FromMilliseconds(50), LastFrameDuration = TimeSpan.FromSeconds(1), Loops = 2 };
        AnimationFile.Save(_folder[name], frames, animation);
        var info = ImageInfo.Read(_folder[name]);
        Assert.Equal((3, 20, 30), (info.Frames, info.Height, info.Width));
        PixelDifference.AssertWithin(4, frames[0], PixelImage.Load(_folder[name], channels: 3));
        Assert.Equal([name], _folder.Files);
        Assert.Equal([50, 50, 50, 50, 1000], animation.Delays(5));
    }

    [Fact]
    public void Wrong_animations_are_refused()
    {
        var frame = Even(1, 2, 3);
        Assert.Throws<ArgumentException>("frames", () => AnimationFile.Encode([], ImageFileFormat.Gif));
        Assert.Contains("Frame 1", Assert.Throws<ArgumentException>("frames", () => AnimationFile.Encode([frame, frame.Resize(3, 3)], ImageFileFormat.Gif)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("path", () => AnimationFile.Save(_folder["a.png"], [frame]));
        Assert.Throws<ArgumentException>("path", () => frame.Save(_folder["a.tiff"]));
        Assert.Throws<ArgumentOutOfRangeException>("format", () => AnimationFile.Encode([frame], ImageFileFormat.Png));
        Assert.Throws<ArgumentOutOfRangeException>("FrameDuration", () => new AnimationOptions { FrameDuration = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>("Loops", () => new AnimationOptions { Loops = -1 });
        Assert.Empty(_folder.Files);
    }
}
