using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Microsoft.Extensions.Logging;
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
    public void Watch()
    {
        using var model = new DitModel(Small);
        using var labels = arange(5);
        using var noise = randn(5, 1, 28, 28);
        Programs.Watch(Objective.Denoiser(model, labels), noise);
        Assert.Equal(50, Directory.GetFiles(".", "step-*.png").Length);
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
