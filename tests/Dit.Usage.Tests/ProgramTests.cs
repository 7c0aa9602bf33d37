using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Hosting;
using Dit.Tests;
using Dit.Torch;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>The README's programs do what they say, each in a folder of its own that has data/mnist.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly DitConfig Small = new() { ImageSize = 28, Channels = 1, PatchSize = 7, Width = 32, Depth = 2, Heads = 2, Classes = 10 };

    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dit-usage-");

    public ProgramTests()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder.FullName, "data", "mnist"));
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "data", "mnist"))) File.Copy(file, Path.Combine(data.FullName, Path.GetFileName(file)));
        Directory.SetCurrentDirectory(_folder.FullName);
    }

    private static DenoisingObjective Objective => new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());

    private static BatchLoader Digits(int count, int batchSize) =>
        new(new InMemoryDataset([.. Enumerable.Range(0, count).Select(new MnistDataset("data/mnist").Read)]), batchSize, seed: 0);

    [Fact]
    public async Task Train()
    {
        using var stop = new CancellationTokenSource();
        using var logs = new StopWhenStarted(stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Programs.Train(logs, stop.Token));
        Assert.NotEmpty(Directory.GetDirectories("runs/mnist", "step-*"));
    }

    [Fact]
    public async Task Sample()
    {
        using var model = new DitModel(Small);
        using var trainer = new DitTrainer(model, Objective);
        await using var data = Digits(32, 16);
        await trainer.FitAsync(data, steps: 2);
        Programs.Sample(trainer, Objective);
        var grid = PixelImage.Load("digits.png");
        Assert.Equal((2 * 28 + 3 * 2, 5 * 28 + 6 * 2), (grid.Height, grid.Width));
    }

    /// <summary>The files are named as the published ones, and are of small models of the same layouts.</summary>
    [Fact]
    public void Official()
    {
        using (var model = new DitModel(DitConfig.S(patchSize: 2) with { PatchSize = 8, Depth = 1, LearnedVariance = true })) ModelExport.ToOfficial(model, "DiT-XL-2-256x256.pt");
        Directory.CreateDirectory("sd-vae-ft-ema");
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8, 8, 8], LayersPerBlock = 1, NormGroups = 4 })) vae.Save("sd-vae-ft-ema/diffusion_pytorch_model.safetensors");
        Programs.Official();
        var grid = PixelImage.Load("imagenet.png");
        Assert.Equal((2 * 256 + 3 * 2, 4 * 256 + 5 * 2), (grid.Height, grid.Width));
    }

    [Fact]
    public async Task Latents()
    {
        Directory.CreateDirectory("sd-vae-ft-ema");
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [4, 4, 4, 4], LayersPerBlock = 1, NormGroups = 4 })) vae.Save("sd-vae-ft-ema/diffusion_pytorch_model.safetensors");
        Directory.CreateDirectory("imagenet/train/n0");
        for (var i = 0; i < 3; i++) new PixelImage(new byte[40 * 30 * 3], 40, 30, 3).Save($"imagenet/train/n0/{i}.png");
        Assert.Equal(3, await Programs.Latents());
        using var latents = new LatentCache("latents");
        Assert.Equal([4L, 32, 32], latents.LatentShape);
    }

    [Fact]
    public async Task Own_loop()
    {
        using var model = new DitModel(Small);
        using var before = model.parameters().Last().clone();
        await using var data = Digits(64, 16);
        await Programs.OwnLoop(model, Objective, data, CancellationToken.None);
        Assert.Equal(new BatchPosition(1, 0), data.Position);
        Assert.False(before.Equals(model.parameters().Last()));
    }

    [Fact]
    public async Task Own_loop_and_sampling_are_flat_with_one_scope_and_no_collection()
    {
        using var model = new DitModel(Small);
        var (tensors, bytes) = (new List<long>(), new List<long>());
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new Recorder(tensors, bytes));
        await using var data = Digits(320, 1);
        Memory.Settle();
        await Programs.OwnLoop(model, objective, data, CancellationToken.None);
        Assert.Equal(320, tensors.Count);
        Assert.Single(tensors.Skip(20).Distinct());
        Assert.InRange(bytes.Skip(20).Max() - bytes.Skip(20).Min(), 0, 2048);       // the allocator rounds small blocks

        using var labels = arange(2);
        using var noise = randn(2, 1, 28, 28);
        Programs.Watch(objective.Denoiser(model, labels), noise);
        var after = Tensor.TotalCount;
        for (var run = 0; run < 3; run++)
        {
            Programs.Watch(objective.Denoiser(model, labels), noise);
            Assert.Equal(after, Tensor.TotalCount);
        }
    }

    [Fact]
    public void Watch()
    {
        using var model = new DitModel(Small);
        using var labels = arange(5);
        using var noise = randn(5, 1, 28, 28);
        Programs.Watch(Objective.Denoiser(model, labels), noise);
        var animation = ImageInfo.Read("denoising.gif");
        Assert.Equal((28 + 2 * 2, 5 * 28 + 6 * 2), (animation.Height, animation.Width));
        Assert.InRange(animation.Frames, 1, 50);                         // GIF joins frames that are the same
    }

    [Fact]
    public async Task Observe()
    {
        using var model = new DitModel(Small);
        var options = new DitTrainerOptions { CheckpointDirectory = "runs/mnist" };
        using var trainer = new DitTrainer(model, Objective, options);
        await using var data = Digits(32, 8);
        using var heldOut = new Batch(randn(4, 1, 28, 28), arange(4));
        using var labels = arange(4);
        using var noise = randn(4, 1, 28, 28);
        var objective = Objective;
        await Programs.Observe(trainer, model, objective, options, data, [heldOut], noise, labels, steps: 6, CancellationToken.None);
        Assert.Equal(["samples_ema guidance 1.gif", "samples_ema guidance 4.gif"], Directory.GetFiles("runs/mnist/animations").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var page = await File.ReadAllTextAsync("runs/mnist/report.html");
        foreach (var part in (string[])["aria-label=\"Loss\"", "aria-label=\"Held out loss\"", "alt=\"samples_ema guidance 4\"", "held_out/predictions, step 6", "held_out/targets, step 6", "<th>model.width</th>"])
            Assert.Contains(part, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosted()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Programs.Hosted(builder);
        using var host = builder.Build();
        Assert.Equal(new DitConfig(), host.Services.GetRequiredService<IOptions<DitOptions>>().Value.Model);
    }

    [Fact]
    public async Task Own_parts()
    {
        using var scope = NewDisposeScope();
        using var model = new DitModel(Small);
        foreach (var i in Enumerable.Range(0, 4)) ImageFile.Save($"{i}.png", rand(1, 28, 28) * 2 - 1);
        await using var data = new BatchLoader(new MyImages(["0.png", "1.png", "2.png", "3.png"]), batchSize: 2, seed: 1);
        using var trainer = new DitTrainer(model, new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new NoisyTimesteps()));
        await trainer.FitAsync(data, steps: 3);
        var sample = new OneStepSampler().Sample(Objective.Denoiser(trainer.EmaModel, arange(2)), randn(2, 1, 28, 28));
        Assert.Equal([2L, 1, 28, 28], sample.shape);
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Delete(recursive: true);
    }

    /// Counts what is alive each time the loop asks for a time.
    private sealed class Recorder(List<long> tensors, List<long> bytes) : ITimestepSampler
    {
        public Tensor Sample(long count, Device device, Generator? generator = null)
        {
            tensors.Add(Tensor.TotalCount);
            bytes.Add(Engine.Memory().LiveBytes);
            return new UniformTimesteps().Sample(count, device, generator);
        }
    }

    /// Cancels soon after the trainer logged its start: in the first steps of what would be thousands.
    private sealed class StopWhenStarted(CancellationTokenSource stop) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            stop.CancelAfter(TimeSpan.FromSeconds(1));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }
    }
}
