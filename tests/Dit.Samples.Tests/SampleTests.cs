using Dit.Data;

namespace Dit.Samples.Tests;

/// <summary>Each sample does in a few steps what its README says it does in many.</summary>
public class SampleTests
{
    [Fact]
    public async Task Mnist()
    {
        using var sample = new Sample("Mnist");
        var output = await sample.RunAsync("--out", ".", "--steps", "4", "--per-class", "5");
        Assert.Matches("The classifier reads 9[5-9]", output);                    // it, unlike the model, is trained to its end
        Assert.Matches(@"Recognised: \d+ of 50", output);
        Assert.Equal(4, sample.Losses.Count);
        Assert.Equal((10 * 30 + 2, 5 * 30 + 2), Size(sample["generated.png"]));
        Assert.True(File.Exists(sample["generated.npz"]) && File.Exists(sample["report.html"]));
    }

    [Fact]
    public async Task Panda()
    {
        using var sample = new Sample("Panda");
        for (var i = 0; i < 9; i++) Gradient(96 + i, 80).Save(sample[$"photographs/{i}.png"]);
        await sample.RunAsync("--small", "--data", "photographs", "--out", ".", "--steps", "3");
        Assert.Equal(3, sample.Losses.Count);
        Assert.All(sample.Losses, loss => Assert.InRange(loss, 0.1, 2));
        Assert.True(Directory.Exists(sample["step-0000003"]));
        Assert.Equal(16, Frames(sample["denoising.gif"]));
        Assert.Contains("held_out/predictions", await File.ReadAllTextAsync(sample["report.html"]), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(sample.Folder, "events.out.tfevents.*"));
    }

    [Theory]
    [InlineData("AdaLNZero")]
    [InlineData("InContext")]
    public async Task CelebA(string block)
    {
        using var sample = new Sample("CelebA");
        await sample.RunAsync("train", "--small", "--out", ".", "--steps", "4", "--block", block);
        Assert.Equal(4, sample.Losses.Count);
        Assert.Equal(1, Frames(Directory.GetFiles(sample["animations"], "*.gif").Single()));
        var output = await sample.RunAsync("generate", "--small", "--out", ".", "--ema", "--labels", "female", "male", "male");
        Assert.Equal(3, output.TrimEnd().Split('\n').Length);
        foreach (var file in new[] { "00-female.png", "01-male.png", "02-male.png" })
            Assert.Equal((32, 32), Size(sample[Path.Combine("generated", file)]));

        var (code, refusal) = await sample.TryAsync("generate", "--small", "--out", ".", "--labels", "robot");
        Assert.NotEqual(0, code);
        Assert.Contains("robot", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CelebA_finds_a_learning_rate()
    {
        using var sample = new Sample("CelebA");
        await sample.RunAsync("lr-find", "--small", "--out", ".", "--steps", "12");
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(sample["learning-rate.svg"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cifar10()
    {
        using var sample = new Sample("Cifar10");
        var output = await sample.RunAsync("--small", "--out", ".", "--steps", "2", "--per-class", "1", "--pictures", "32");
        Assert.Equal(2, sample.Losses.Count);
        Assert.Contains("Fréchet distance", output, StringComparison.Ordinal);
        Assert.Equal(
            ["cfg1.0-ema.gif", "cfg1.0-raw.gif", "cfg2.5-ema.gif", "cfg2.5-raw.gif", "cfg5.0-ema.gif", "cfg5.0-raw.gif"],
            Directory.GetFiles(sample["denoising"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(sample["denoising"]), file => Assert.Equal(25, Frames(file)));
    }

    [Fact]
    public async Task CustomLoop()
    {
        using var sample = new Sample("CustomLoop");
        var output = await sample.RunAsync("--small", "--out", ".", "--steps", "2");
        Assert.Contains("step 2 of 2  loss ", output, StringComparison.Ordinal);
        Assert.True(File.Exists(sample["shapes.png"]) && File.Exists(sample["denoising.gif"]) && File.Exists(sample["shapes.safetensors"]));
    }

    /// Whatever is not moved to the device is refused there, as on a real one.
    [GpuTheory]
    [InlineData("ImageNet", "--small", "--steps", "1", "--samples", "4", "--sampler-steps", "1")]
    [InlineData("Cifar10", "--small", "--steps", "1", "--per-class", "1", "--pictures", "16")]
    [InlineData("CustomLoop", "--small", "--steps", "1", "--device", "cuda")]
    [InlineData("Panda", "--small", "--steps", "1", "--data", "photographs")]
    public async Task On_a_GPU(string name, params string[] args)
    {
        using var sample = new Sample(name) { OnGpu = true };
        for (var i = 0; i < 8; i++) Gradient(96 + i, 80).Save(sample[$"photographs/{i}.png"]);
        await sample.RunAsync([.. args, "--out", "."]);
        Assert.NotEmpty(Directory.GetFiles(sample.Folder, "*.safetensors", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Ctrl_C_is_said_in_a_line()
    {
        using var sample = new Sample("Mnist");
        var (code, output) = await sample.InterruptAsync("--steps", "100000", "--out", ".");
        Assert.Equal(130, code);
        Assert.StartsWith("Stopped.", output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CelebA", "train")]
    [InlineData("Cifar10")]
    [InlineData("Panda")]
    public async Task A_folder_that_does_not_exist_is_said_in_a_line(string name, params string[] command)
    {
        using var sample = new Sample(name);
        var (code, output) = await sample.TryAsync([.. command, "--data", "nowhere", "--out", "."]);
        Assert.Equal(1, code);
        Assert.Contains("nowhere", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static (int Height, int Width) Size(string path)
    {
        var image = PixelImage.Load(path);
        return (image.Height, image.Width);
    }

    /// A frame begins with a graphic control extension; its bytes do not occur by chance in so few frames of so few colours.
    private static int Frames(string gif)
    {
        var bytes = File.ReadAllBytes(gif).AsSpan();
        Assert.True(bytes.StartsWith("GIF89a"u8));
        return Math.Max(1, bytes.Count<byte>([0x21, 0xF9, 0x04]));
    }

    private static PixelImage Gradient(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i * 251 / pixels.Length);
        return new PixelImage(pixels, height, width, 3);
    }
}
