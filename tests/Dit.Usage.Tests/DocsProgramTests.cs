using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>The programs of docs/ do what they say, each in a folder of its own that has photos.</summary>
public sealed class DocsProgramTests : IDisposable
{
    private static readonly DitConfig Small = new() { ImageSize = 28, Channels = 1, PatchSize = 7, Width = 32, Depth = 1, Heads = 2, Classes = 10 };

    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dit-docs-");

    public DocsProgramTests()
    {
        Directory.SetCurrentDirectory(_folder.FullName);
        foreach (var name in new[] { "cat", "dog" })
            for (var i = 0; i < 8; i++)
            {
                using var picture = rand(3, 70, 80) * 2 - 1;                                                       // [C, H, W]
                ImageFile.Save($"photos/{name}/{i}.png", picture);
            }
    }

    private static DenoisingObjective Objective => new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());

    [Fact]
    public void Look()
    {
        DocsPrograms.Look();
        Assert.True(File.Exists("photos.png"));
    }

    [Fact]
    public async Task Photos()
    {
        await DocsPrograms.TrainOnPhotos(CancellationToken.None);
        Assert.True(File.Exists("runs/photos/report.html"));
        Assert.Single(Directory.GetDirectories("runs/photos", "step-*"));
        Assert.Equal(["cat", "dog"], ClassList.Load("runs/photos/classes.json"));
    }

    /// Photos of three shapes: a batch is of one of them, and the training takes all.
    [Fact]
    public async Task Buckets()
    {
        foreach (var (i, size) in new[] { (90, 60), (60, 90), (64, 64) }.Index())
            for (var k = 0; k < 5; k++)
            {
                using var picture = rand(3, size.Item1, size.Item2) * 2 - 1;                                       // [C, H, W]
                ImageFile.Save($"photos/cat/{i}-{k}.png", picture);
            }
        await DocsPrograms.TrainOnBuckets(CancellationToken.None);

        var images = new ImageFolder("photos");
        var buckets = AspectBuckets.Of(area: 64 * 64, multiple: 16);
        await using var data = new BatchLoader(images, batchSize: 4, seed: 0) { Crop = buckets, Buckets = buckets.Assign(images) };
        using var model = new DitModel(Small with { ImageSize = 64, PatchSize = 16, Channels = 3, Classes = 2, VariableSize = true });
        using var trainer = new DitTrainer(model, Objective);
        var shapes = new HashSet<string>();
        await foreach (var batch in data)
        {
            shapes.Add(string.Join(" x ", batch.Images.shape[2..]));
            Assert.True(double.IsFinite(trainer.TrainStep(batch).Loss));
        }
        Assert.True(shapes.Count >= 3, string.Join(", ", shapes));
        using var noise = randn(2, 3, 48, 80);
        using var labels = arange(2);
        using var samples = new EulerSampler(2).Sample(Objective.Denoiser(trainer.EmaModel, labels), noise);
        Assert.Equal(noise.shape, samples.shape);
    }

    [Fact]
    public async Task Learning_rate()
    {
        using var model = new DitModel(Small with { Classes = 2, Channels = 3 });
        await using var data = new BatchLoader(new ImageFolder("photos"), batchSize: 4, seed: 0) { Crop = new CenterCrop(28) };
        await DocsPrograms.FindLearningRate(model, Objective, data);
        Assert.True(File.Exists("learning-rate.svg"));
    }

    /// The autoencoder is named as the published one, and is a small one of the same layout.
    [Fact]
    public async Task Latents()
    {
        Directory.CreateDirectory("sd-vae-ft-ema");
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8, 8, 8], LayersPerBlock = 1, NormGroups = 4 })) vae.Save("sd-vae-ft-ema/diffusion_pytorch_model.safetensors");
        await DocsPrograms.TrainOnLatents(CancellationToken.None);
    }

    /// The MLflow server is none; what waits for it is lost, and nothing else.
    [Fact]
    public async Task Monitoring()
    {
        using var model = new DitModel(Small with { Classes = 2, Channels = 3, ImageSize = 64, PatchSize = 16, LabelDropout = 0.1 });
        var options = new DitTrainerOptions { CheckpointDirectory = "runs/photos", CheckpointEvery = 1, KeepBest = new BestCheckpoints { Metric = "held_out_loss/ema" } };
        var objective = Objective;
        using var trainer = new DitTrainer(model, objective, options);
        await using var data = new BatchLoader(new ImageFolder("photos"), batchSize: 4, seed: 0) { Crop = new CenterCrop(64) };
        using var noise = randn(4, 3, 64, 64);
        using var labels = tensor(new long[] { 0, 1, 0, 1 });
        await DocsPrograms.Monitor(trainer, model, objective, options, data, noise, labels, NullLoggerFactory.Instance, CancellationToken.None);
        var page = await File.ReadAllTextAsync("runs/photos/report.html");
        foreach (var part in (string[])["aria-label=\"Loss by time\"", "aria-label=\"Held out loss\"", "alt=\"samples_raw guidance 4\"", "last layer, step 2"])
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.NotNull(trainer.Metrics["held_out_loss/ema"]);
        Assert.NotNull(trainer.BestCheckpoint);
    }

    [Fact]
    public void Sampling()
    {
        using var model = new DitModel(Small);
        DocsPrograms.Sample(model, Objective);
        using var labels = arange(3);
        DocsPrograms.Seeds(Objective.Denoiser(model, labels));
        DocsPrograms.Device(model);
        DocsPrograms.Memory(model);
        using var noise = randn(3, Small.Channels, Small.ImageSize.Height, Small.ImageSize.Width);
        DocsPrograms.GraphedSampling(model, Objective, labels, noise);
    }

    [Fact]
    public void Converting()
    {
        using (var model = new DitModel(Small with { LabelDropout = 0.1 })) model.Save("mine.safetensors");
        DocsPrograms.Convert("mine.safetensors");
        Assert.True(File.Exists("official.safetensors"));
        Assert.True(File.Exists("diffusers/config.json"));
    }

    [Fact]
    public void Configurations()
    {
        DocsPrograms.Unconditional();
        DocsPrograms.Robust().Validate();
    }

    /// The inverse is right, and a training on the path stops where the observer says.
    [Fact]
    public async Task Own_parts()
    {
        var path = new QuadraticPath();
        foreach (var t in new[] { 0.2, 0.5, 0.9 }) Assert.Equal(t, path.TimeFromLogSnr(2 * Math.Log(path.Alpha(t) / path.Sigma(t))), 9);

        using var stop = new CancellationTokenSource();
        using var model = new DitModel(Small with { Classes = 2, Channels = 3 });
        await using var data = new BatchLoader(new ImageFolder("photos"), batchSize: 4, seed: 0) { Crop = new CenterCrop(28) };
        using var trainer = new DitTrainer(model, new DenoisingObjective(path, Prediction.FlowVelocity, new UniformTimesteps()));
        trainer.Observers.Add(new StopAt(loss: 1e6, stop));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trainer.FitAsync(data, steps: 100, stop.Token));
        Assert.Equal(1, trainer.Step);
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Delete(recursive: true);
    }
}
