using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data.Tests;

public sealed class AnimationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData("a.gif"), InlineData("a.webp")]
    public void Batches_become_frames(string name)
    {
        using var scope = NewDisposeScope();
        var animation = new Animation(columns: 2, padding: 1);
        animation.Add(full([3, 1, 4, 5], -1.0));
        animation.Add(full([3, 1, 4, 5], 1.5));                               // what lies outside is clamped
        Assert.Equal(2, animation.Count);
        animation.Save(_folder[name]);
        var info = ImageInfo.Read(_folder[name]);
        Assert.Equal((2, 2 * 4 + 3, 2 * 5 + 3), (info.Frames, info.Height, info.Width));
        Assert.Throws<ArgumentException>("images", () => animation.Add(zeros(4, 5)));
        Assert.Throws<ArgumentException>("images", () => animation.Add(full([1, 1, 2, 2], double.NaN)));
        Assert.Throws<ArgumentException>("frames", () => new Animation().Save(_folder["none.gif"]));
    }

    /// <summary>A resumed training goes on with the pictures that there are; those of the future that it gave up are not shown.</summary>
    [Fact]
    public void The_pictures_of_a_training_become_one_animation_for_each_name()
    {
        var first = new AnimationLog(_folder.Path);
        foreach (var step in (int[])[10, 20, 30])
            first.AddImage("samples/ema", Picture(step), step);
        Assert.Equal(3, ImageInfo.Read(_folder["animations/samples_ema.gif"]).Frames);
        var resumed = new AnimationLog(_folder.Path) { MostFrames = 3 };
        resumed.AddImage("samples/ema", Picture(5), 20);
        resumed.AddImage("samples/raw", Picture(7), 20);
        Assert.Equal(2, ImageInfo.Read(_folder["animations/samples_ema.gif"]).Frames);
        resumed.AddImage("samples/ema", Picture(200), 30);
        resumed.AddImage("samples/ema", Picture(250), 40);
        Assert.Equal(3, ImageInfo.Read(_folder["animations/samples_ema.gif"]).Frames);
        Assert.Equal(10, PixelImage.Load(_folder["animations/samples_ema.gif"], channels: 1).Pixels.Span[0], 3.0);
        Assert.Equal(["samples_ema.gif", "samples_raw.gif"], Directory.GetFiles(_folder["animations"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var page = File.ReadAllText(HtmlReport.Write(_folder.Path));
        Assert.Contains("<img alt=\"samples_ema\" src=\"data:image/gif;base64,R0lG", page, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("format", () => new AnimationLog("a", ImageFileFormat.Png));
    }

    private static byte[] Picture(int value)
    {
        using var image = full([1, 6, 6], value, uint8);
        return Png.Encode(image);
    }
}
