using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class PngTests
{
    [Theory]
    [InlineData(1, 5, 7)]
    [InlineData(3, 5, 7)]
    [InlineData(3, 64, 1)]
    [InlineData(1, 1, 300)]
    public void Bytes_come_back(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var image = randint(256, new long[] { channels, height, width }, int64, generator: generator).to(uint8);
        var read = PngReader.Read(Png.Encode(image));
        Assert.Equal((width, height, channels), (read.Width, read.Height, read.Channels));
        Assert.Equal(image.permute(1, 2, 0).contiguous().bytes.ToArray(), read.Pixels);
    }

    [Fact]
    public void Values_of_the_model_become_bytes_and_what_lies_outside_is_clamped()
    {
        using var scope = NewDisposeScope();
        var image = tensor(new[] { -1f, -0.5f, 0f, 0.5f, 1f, 3f, -9f, 1 / 127.5f - 1, float.NaN, float.PositiveInfinity }).view(1, 2, 5);
        Assert.Equal([0, 64, 128, 191, 255, 255, 0, 1, 0, 255], PngReader.Read(Png.Encode(image)).Pixels);
        Assert.Equal([0, 64, 128, 191, 255, 255, 0, 1, 0, 255], PngReader.Read(Png.Encode(image.to(float64))).Pixels);
    }

    [Fact]
    public void A_grid_has_its_images_in_rows()
    {
        using var scope = NewDisposeScope();
        var images = arange(1, 6, int64).to(uint8).view(5, 1, 1, 1).expand(5, 1, 2, 3);
        var (width, height, channels, pixels) = PngReader.Read(Png.EncodeGrid(images, columns: 3));
        Assert.Equal((3 * 5 - 2, 2 * 4 - 2, 1), (width, height, channels));
        int At(int x, int y) => pixels[y * width + x];
        Assert.Equal([1, 0, 2, 0, 3], new[] { At(0, 0), At(3, 0), At(5, 1), At(8, 0), At(12, 1) });
        Assert.Equal([0, 4, 5, 0], new[] { At(0, 2), At(2, 4), At(7, 5), At(12, 5) });
        Assert.Equal(3, PngReader.Read(Png.EncodeGrid(images[..1], columns: 8)).Width);
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[4, 8, 8]", Assert.Throws<ArgumentException>("image", () => Png.Encode(zeros(4, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("image", () => Png.Encode(zeros(8, 8)));
        Assert.Throws<ArgumentException>("image", () => Png.Encode(zeros(1, 0, 8)));
        Assert.Throws<ArgumentException>("image", () => Png.Encode(zeros([1, 8, 8], int64)));
        Assert.Throws<ArgumentException>("images", () => Png.EncodeGrid(zeros(1, 8, 8)));
    }
}
