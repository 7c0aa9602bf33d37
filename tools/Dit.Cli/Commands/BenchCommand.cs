using System.CommandLine;
using System.Diagnostics;
using Dit.Core;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit bench</c>.</summary>
internal static class BenchCommand
{
    private const int Warmup = 3;

    private const string More = """
        Examples:
          dit bench
          dit bench --preset DiT-S/2 --size 32 --channels 4 --batch 8 --precision Float32
          dit bench --config runs/photos/config.json
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("bench", "Measure how fast a model trains and samples on this machine, with random images.", More);
        var file = new Option<string?>("--config") { Description = "A run's configuration; options count more." };
        var preset = new Option<string?>("--preset") { Description = "The model. Default: DiT-S/4." };
        var size = new Option<int>("--size") { Description = "Side of the images or latents.", DefaultValueFactory = _ => 32 };
        var channels = new Option<int>("--channels") { Description = "Their channels.", DefaultValueFactory = _ => 3 };
        var batch = new Option<int?>("--batch") { Description = "Images in a step. Default: that of the configuration, else 8." };
        var precision = new Option<Precision?>("--precision") { Description = "Arithmetic of the products. Default: Auto." };
        var steps = new Option<int>("--steps") { Description = "Steps to measure, after three that are not.", DefaultValueFactory = _ => 10 };
        foreach (var option in new Option[] { file, preset, size, channels, batch, precision, steps }) command.Options.Add(option);
        var devices = Devices.Options(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var device = devices.Choose(parsed);
            var count = parsed.GetValue(steps);
            if (count < 1) throw new UsageException($"--steps is {count}; it must be positive.");
            var config = RunConfig.Read(parsed.GetValue(file));
            if (parsed.GetValue(preset) is { } name) config = config with { Model = new() { ["preset"] = name } };
            var model = config.ModelFor(parsed.GetValue(channels), parsed.GetValue(size), classes: 10);
            var training = config.Training with
            {
                Batch = parsed.GetValue(batch) ?? (parsed.GetValue(file) is null ? 8 : config.Training.Batch),
                Precision = parsed.GetValue(precision) ?? config.Training.Precision,
            };
            var (text, value) = ("", new object());
            await shell.ProgressAsync("measuring", 0, 2 * (Warmup + count), progress => Task.Run(
                () => (text, value) = Measure(config with { Training = training }, model, count, device, done => progress(done, ""), cancellationToken), cancellationToken));
            shell.Result(text, value);
        });
    }

    private static (string Text, object Value) Measure(RunConfig config, DitConfig modelConfig, int steps, Device device, Action<long> progress, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        var count = config.Training.Batch;
        using var model = new DitModel(modelConfig).to(device);
        model.ActivationCheckpointing = config.Training.ActivationCheckpointing;
        using var trainer = new DitTrainer(model, config.Objective.Create(), config.Training.ToOptions(folder: null));
        var (height, width) = modelConfig.ImageSize;
        using var conditions = Some(modelConfig, count);
        var labels = conditions.ToTensor(CPU);                                                                     // [B], [B, V] or [B, L, V]
        using var batch = new Batch(randn(count, modelConfig.Channels, height, width), labels);                     // [B, C, H, W]
        var train = Median(steps, () => trainer.TrainStep(batch), progress, cancellationToken);

        var artist = new Artist(trainer.EmaModel, config.Objective.Create(), codec: null, config.Sampling with { Steps = 1, Sampler = SamplerKind.Euler, Guidance = 1 });
        ulong[] seeds = [.. Enumerable.Range(0, count).Select(i => (ulong)i)];
        var sample = Median(steps, () =>
        {
            using var drawn = artist.Draw(conditions, seeds, cancellationToken);
            using var read = drawn.sum().cpu();                                                                    // waits for a GPU
        }, done => progress(Warmup + steps + done), cancellationToken);
        var precision = Engine.Resolve(config.Training.Precision, device);
        var peak = Engine.Supports(Feature.MemoryStatistics) ? Engine.Memory(device).PeakBytes : (long?)null;
        return ($"""
            model      {model.parameters().Sum(p => p.numel()):N0} parameters, {modelConfig.ImageSize} x {modelConfig.Channels}, {modelConfig.Tokens} tokens, on {device}, {Engine.Threads} threads
            training   {count / train:F1} images/s  ({1000 * train:F0} ms a step of {count}, {precision})
            sampling   {count / sample:F1} evaluations of an image/s  ({1000 * sample:F0} ms for {count}, Float32)
            memory     {(peak is null ? "not counted here" : $"{peak / 1e6:N0} MB of tensors at most")}
            """, new
        {
            parameters = model.parameters().Sum(p => p.numel()), batch = count, device = device.ToString(), threads = Engine.Threads, precision,
            trainingImagesPerSecond = count / train, trainingMilliseconds = 1000 * train, evaluationsPerSecond = count / sample, peakBytes = peak,
        });
    }

    /// <summary>Conditions of the model's kind.</summary>
    private static Conditions Some(DitConfig model, int count)
    {
        const int Tokens = 77;                                                                                     // CLIP's
        string[] names = [.. Enumerable.Repeat("", count)];
        return model switch
        {
            { Classes: 0 } => new(null, names),
            { Condition: ConditionType.Classes } => new(zeros([count], int64), names),
            { Condition: ConditionType.Tokens } => new(ones([count, Tokens, model.Classes]), names),
            _ => new(zeros([count, model.Classes]), names),
        };
    }

    /// <returns>Seconds, the median of the measured ones.</returns>
    private static double Median(int steps, Action step, Action<long> progress, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = -Warmup; i < steps; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            step();
            if (i >= 0) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            progress(Warmup + i + 1);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
