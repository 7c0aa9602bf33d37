using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Data.Tests;

public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1), InlineData(3)]
    public void A_saved_image_is_loaded_within_half_a_grey_level(int channels)
    {
        using var image = rand(channels, 9, 7) * 2 - 1;                         // [C, H, W]
        ImageFile.Save(_folder["a.png"], image);
        using var loaded = ImageFile.Load(_folder["a.png"]);

        Assert.Equal(image.shape, loaded.shape);
        Assert.Equal(ScalarType.Float32, loaded.dtype);
        Assert.True((loaded - image).abs().max().item<float>() <= 0.5f / 127.5f + 1e-6f);
        ImageFile.Save(_folder["b.png"], loaded);
        Assert.Equal(File.ReadAllBytes(_folder["a.png"]), File.ReadAllBytes(_folder["b.png"]));
    }

    [Fact]
    public void Every_byte_survives_and_the_ends_are_exact()
    {
        ImageFile.Save(_folder["a.png"], arange(256).to(ScalarType.Float32).reshape(1, 16, 16) / 127.5 - 1);
        Assert.Equal(Enumerable.Range(0, 256).Select(b => (byte)b), PixelImage.Load(_folder["a.png"]).Pixels.ToArray());
        using var loaded = ImageFile.Load(_folder["a.png"]);
        Assert.Equal(-1f, loaded[0, 0, 0].item<float>());
        Assert.Equal(1f, loaded[0, 15, 15].item<float>());
    }

    [Fact]
    public void What_lies_outside_the_range_is_clamped()
    {
        ImageFile.Save(_folder["a.png"], tensor(new[] { -3f, -1f, 0f, 1f, 1e30f }).reshape(1, 1, 5));
        Assert.Equal([0, 0, 128, 255, 255], PixelImage.Load(_folder["a.png"]).Pixels.ToArray());
    }

    /// Image n has the grey level 20 n + 10, row y and column x add 4 y + x, channel c adds 3 c.
    [Theory]
    [InlineData(1, 7, 3, 2), InlineData(3, 7, 3, 2), InlineData(3, 6, 3, 0), InlineData(1, 2, 8, 1), InlineData(1, 1, 1, 5)]
    public void A_grid_is_images_in_rows_on_black(int channels, int count, int columns, int padding)
    {
        const int height = 3, width = 4;
        static byte Level(int n, int c, int y, int x) => (byte)(20 * n + 10 + 3 * c + 4 * y + x);
        var values = from n in Enumerable.Range(0, count)
                     from c in Enumerable.Range(0, channels)
                     from y in Enumerable.Range(0, height)
                     from x in Enumerable.Range(0, width)
                     select Level(n, c, y, x) / 127.5f - 1;
        using var images = tensor(values.ToArray()).reshape(count, channels, height, width);

        ImageFile.SaveGrid(_folder["grid.png"], images, columns, padding);
        var grid = PixelImage.Load(_folder["grid.png"]);

        var across = Math.Min(columns, count);
        var down = (count + across - 1) / across;
        Assert.Equal((down * (height + padding) + padding, across * (width + padding) + padding, channels), (grid.Height, grid.Width, grid.Channels));
        for (var row = 0; row < grid.Height; row++)
            for (var column = 0; column < grid.Width; column++)
                for (var c = 0; c < channels; c++)
                {
                    var (y, x) = ((row - padding) % (height + padding), (column - padding) % (width + padding));
                    var n = (row - padding) / (height + padding) * across + (column - padding) / (width + padding);
                    var inside = row >= padding && column >= padding && y < height && x < width && n < count;
                    Assert.Equal(inside ? Level(n, c, y, x) : 0, grid.Pixels.Span[(row * grid.Width + column) * channels + c]);
                }
    }

    [Fact]
    public void Tensors_of_any_floating_type_and_layout_are_written_alike()
    {
        using var images = arange(2 * 3 * 4 * 5).to(ScalarType.Float32).reshape(2, 3, 4, 5) / 128;              // exact in bfloat16
        ImageFile.SaveGrid(_folder["a.png"], images);
        ImageFile.SaveGrid(_folder["b.png"], images.to(ScalarType.BFloat16));
        ImageFile.SaveGrid(_folder["c.png"], images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        ImageFile.SaveGrid(_folder["d.png"], images.to(ScalarType.Float64).requires_grad_());
        Assert.All(["b.png", "c.png", "d.png"], name => Assert.Equal(File.ReadAllBytes(_folder["a.png"]), File.ReadAllBytes(_folder[name])));
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_is_refused_with_its_place(float bad)
    {
        var values = new float[2 * 3 * 4 * 5];
        values[^1] = bad;
        using var images = tensor(values).reshape(2, 3, 4, 5);
        var error = Assert.Throws<ArgumentException>("images", () => ImageFile.SaveGrid(_folder["a.png"], images));
        Assert.Contains("Image 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("channel 2, row 3, column 4", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Wrong_tensors_are_refused()
    {
        var error = Assert.Throws<ArgumentException>("image", () => ImageFile.Save(_folder["a.png"], zeros(2, 4, 5)));
        Assert.Contains("[2, 4, 5]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("image", () => ImageFile.Save(_folder["a.png"], zeros(1, 1, 4, 5)));
        Assert.Throws<ArgumentException>("images", () => ImageFile.SaveGrid(_folder["a.png"], zeros(1, 4, 5)));
        Assert.Throws<ArgumentException>("images", () => ImageFile.SaveGrid(_folder["a.png"], zeros(0, 1, 4, 5)));
        Assert.Throws<ArgumentException>("images", () => ImageFile.SaveGrid(_folder["a.png"], zeros(1, 1, 4, 5, dtype: ScalarType.Int64)));
        Assert.Throws<ArgumentException>("path", () => ImageFile.SaveGrid(_folder["a.jpg"], zeros(1, 1, 4, 5)));
        Assert.Throws<ArgumentOutOfRangeException>("columns", () => ImageFile.SaveGrid(_folder["a.png"], zeros(1, 1, 4, 5), columns: 0));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var image = zeros(1, 2, 2);
        Directory.CreateDirectory(_folder["taken.png"]);                        // a folder of that name cannot be replaced
        File.WriteAllText(Path.Combine(_folder["taken.png"], "inside"), "old");
        Assert.ThrowsAny<Exception>(() => ImageFile.Save(_folder["taken.png"], image));
        Assert.Equal("old", File.ReadAllText(Path.Combine(_folder["taken.png"], "inside")));
        Assert.Empty(_folder.Files);

        File.WriteAllText(_folder["old.png"], "old");
        using var diverged = full(1, 2, 2, float.NaN);
        Assert.Throws<ArgumentException>(() => ImageFile.Save(_folder["old.png"], diverged));
        Assert.Equal("old", File.ReadAllText(_folder["old.png"]));
        ImageFile.Save(_folder["old.png"], image);
        Assert.Equal(["old.png"], _folder.Files);
        Assert.Equal([128, 128, 128, 128], PixelImage.Load(_folder["old.png"]).Pixels.ToArray());
    }

    [Fact]
    public void Missing_folders_are_created()
    {
        using var image = zeros(1, 2, 2);
        ImageFile.Save(_folder["a/b/c.png"], image);
        Assert.True(File.Exists(_folder["a/b/c.png"]));
    }

    [Fact]
    public void Nothing_is_left_in_the_callers_scope()
    {
        using var scope = NewDisposeScope();
        var image = zeros(1, 4, 4);
        ImageFile.Save(_folder["a.png"], image);
        ImageFile.SaveGrid(_folder["b.png"], image.unsqueeze(0));
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 10; i++)
        {
            ImageFile.Save(_folder["a.png"], image);
            ImageFile.Load(_folder["a.png"]).Dispose();
        }
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
