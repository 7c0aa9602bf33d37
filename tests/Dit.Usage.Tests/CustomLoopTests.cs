using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Samples.CustomLoop;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>samples/CustomLoop, for a few steps, and that its parts are what they say.</summary>
public sealed class CustomLoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dit-usage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_trains_and_draws()
    {
        using var output = new StringWriter();
        var settings = Settings.Small with { Model = Settings.Small.Model with { Width = 32, Depth = 1, Heads = 2 }, Steps = 5, Batch = 8, Out = _folder };
        var loss = await ShapesProgram.RunAsync(settings, output, CancellationToken.None);
        Assert.InRange(loss, 0.1, 10);
        Assert.Contains("step 5 of 5  loss ", output.ToString(), StringComparison.Ordinal);
        var picture = PixelImage.Load(Path.Combine(_folder, "shapes.png"));
        Assert.Equal((3 * 18 + 2, 8 * 18 + 2, 3), (picture.Height, picture.Width, picture.Channels));
        Assert.InRange(ImageInfo.Read(Path.Combine(_folder, "denoising.gif")).Frames, 2, 25);
        using var model = DitModel.Load(Path.Combine(_folder, "shapes.safetensors"));
        Assert.Equal(settings.Model, model.Config);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShapesProgram.RunAsync(settings, output, cancelled.Token));
    }

    [Fact]
    public void The_shapes_are_three_and_always_the_same()
    {
        var data = new ShapesDataset(size: 16, count: 6);
        Assert.Equal([0, 1, 2, 0, 1, 2], Enumerable.Range(0, 6).Select(i => data.Read(i).Label));
        Assert.Equal(data.Read(4).Image.Pixels.ToArray(), data.Read(4).Image.Pixels.ToArray());
        Assert.NotEqual(data.Read(1).Image.Pixels.ToArray(), data.Read(4).Image.Pixels.ToArray());
    }

    /// <summary>E[t] of the density 1 + tilt (2 t - 1) is 1/2 + tilt / 6.</summary>
    [Fact]
    public void The_times_have_their_density()
    {
        using var generator = new Generator(1);
        using var t = new TiltedTimesteps(tilt: 0.5).Sample(100_000, CPU, generator);
        Assert.Equal(0.5 + 0.5 / 6, t.mean().item<float>(), 0.005);
        Assert.InRange(t.min().item<float>(), 0, 0.01);
    }

    /// <summary>For data at one point the velocity along each path is constant, so that any method arrives exactly; and no tensor is left.</summary>
    [Fact]
    public void The_sampler_arrives()
    {
        using var scope = NewDisposeScope();
        var noise = randn(2, 1, 4, 4);
        var denoiser = new PointDenoiser(0.5);
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
            Assert.True(new AdamsBashforthSampler(5).Sample(denoiser, noise).allclose(full_like(noise, 0.5), atol: 1e-5));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(5, new AdamsBashforthSampler(5).Steps(denoiser, noise).Count());
    }

    private sealed class PointDenoiser(double value) : Denoiser(new RectifiedFlow(), Prediction.Sample)
    {
        public override Tensor Predict(Tensor x, double t) => full_like(x, value);
    }
}
