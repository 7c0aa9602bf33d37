using System.CommandLine;
using System.Text.Json;
using Dit.Core;
using Dit.Tools;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit train</c>.</summary>
internal static class TrainCommand
{
    private const string More = """
        All of the run lies in its folder: config.json, classes.json, checkpoints, metrics.jsonl, report.html, samples and TensorBoard's files.

        Examples:
          dit train --data photos --out runs/photos                      a folder per class, or images without classes
          dit train --data faces.csv --label gender --size 128 --flip
          dit train --data celeba --attributes Male Smiling Young        several attributes at once
          dit train --data texts.jsonl --attributes embedding --condition Vector
          dit train --config runs/photos/config.json                     goes on where it stopped
          dit train --out runs/photos --steps 20000                      the same, and further
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("train", "Train a model on images, or go on with a training that was stopped.", More);
        var file = new Option<string?>("--config") { Description = "A configuration (dit.schema.json says what is in it); options count more." };
        var folder = new Option<string?>("--out") { Description = "The run's folder. Default: that of a config.json that is given, else runs/NAME." };
        command.Options.Add(file);
        command.Options.Add(folder);
        var options = ConfigOptions.ForTraining(command);
        var devices = Devices.Options(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var overlay = options.Given(parsed);
            var path = parsed.GetValue(file);
            if (path is null && parsed.GetValue(folder) is { } known && new RunFolder(known).Exists) path = new RunFolder(known).ConfigPath;
            var config = RunConfig.Read(path, overlay);
            var run = new RunFolder(Path.GetFullPath(parsed.GetValue(folder) ?? DefaultFolder(path, config)));
            await RunAsync(config, run, devices.Choose(parsed), shell, cancellationToken);
        });
    }

    private static string DefaultFolder(string? path, RunConfig config)
    {
        if (path is not null && Path.GetFileName(path) == RunConfig.FileName) return Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Path.Combine("runs", Path.GetFileNameWithoutExtension(path ?? Path.TrimEndingDirectorySeparator(config.Data.Path)));
    }

    private static async Task RunAsync(RunConfig config, RunFolder run, Device device, Shell shell, CancellationToken cancellationToken)
    {
        using var images = TrainingData.Open(config.Data, run.Classes is { Count: > 0 } known ? known : null);
        using var codec = OpenCodec(config, images, device);
        foreach (var problem in images.Problems.Take(5)) shell.Note($"warning: {problem}");
        var modelConfig = images.ModelFor(config);
        config = config with { Data = images.Resolve(config.Data), Model = ConfigJson.Of(modelConfig) };
        var training = config.Training;
        var options = training.ToOptions(run.Path).Validate();
        run.Save(config, images.ClassNames);

        manual_seed(training.Seed);
        using var model = new DitModel(modelConfig).to(device);
        model.ActivationCheckpointing = training.ActivationCheckpointing;
        var objective = config.Objective.Create();
        using var trainer = new DitTrainer(model, objective, options);
        await using var data = images.Load(training.Batch, training.Seed);
        if (trainer.Resume(data)) shell.Note($"goes on at step {trainer.Step} of '{run.Path}'");
        shell.Note($"{model.parameters().Sum(p => p.numel()):N0} parameters, {images.Count:N0} {(images.Kind == DataKind.Latents ? "latents" : "images")} of {images.Size}, "
            + $"{(images.Classes == 0 ? "no" : images.Classes)} {(images.Condition == ConditionType.Classes ? "classes" : "attributes")}, on {device}, to step {training.Steps}");

        using var previewed = await images.ToPreviewAsync(modelConfig, training.Seed, cancellationToken);
        var previews = Previewer(trainer, config, objective, codec) is { } artist ? new Previews(artist, previewed) : null;
        var loss = await FitAsync(trainer, data, config, run, previews, shell, cancellationToken);
        if (data.BadImages.Count > 0)
            shell.Note($"warning: {data.BadImages.Count} images could not be read: {string.Join(", ", data.BadImages.Take(10).Select(b => b.Name))}{(data.BadImages.Count > 10 ? ", ..." : "")}");
        shell.Result($"trained to step {trainer.Step}{(double.IsNaN(loss) ? "" : $", loss {loss:F4}")}: see '{run.Path}'",
            new { step = trainer.Step, loss = double.IsNaN(loss) ? (double?)null : loss, imagesSeen = trainer.ImagesSeen, skippedSteps = trainer.SkippedSteps, badImages = data.BadImages.Select(b => b.Name), run = run.Path });
    }

    /// <returns>The loss, smoothed over the last steps.</returns>
    private static async Task<double> FitAsync(
        DitTrainer trainer, IBatchSource data, RunConfig config, RunFolder run, Previews? previews, Shell shell, CancellationToken cancellationToken)
    {
        var settings = RunSettings.FromJson(JsonSerializer.SerializeToElement(config, ConfigJson.Options));
        using var observer = new RunObserver(run.Path, new RunInfo { Settings = settings });
        trainer.Observers.Add(observer);
        if (previews is not null)
            trainer.Observers.Add(new SampleObserver(config.Training.SampleEvery, previews.Draw, [observer], cancellationToken));
        var steps = config.Training.Steps;
        var meter = new LossMeter();
        trainer.Observers.Add(meter);
        await shell.ProgressAsync("training", trainer.Step, steps, progress =>
        {
            meter.Report = progress;
            return trainer.FitAsync(data, steps, cancellationToken);
        });
        return meter.Loss;
    }

    /// <summary>The autoencoder of latents, for previews and later samples.</summary>
    private static AutoencoderKL? OpenCodec(RunConfig config, TrainingData data, Device device)
    {
        if (config.Vae is null) return null;
        if (data is not TrainingLatents latents)
            throw new UsageException($"With an autoencoder a model is trained on latents, and '{config.Data.Path}' are images. Make latents of them first: dit data cache.");
        var codec = Codec.Load(config.Vae, device)!;
        latents.Cache.RequireCodec(codec);
        return codec;
    }

    /// <summary>Who draws previews; null for no one, where none are wanted or latents cannot be shown.</summary>
    private static Artist? Previewer(DitTrainer trainer, RunConfig config, Diffusion.DenoisingObjective objective, AutoencoderKL? codec) =>
        config.Training.SampleEvery > 0 && (codec is not null || trainer.EmaModel.Config.Channels is 1 or 3) ? new(trainer.EmaModel, objective, codec, config.Sampling) : null;

    /// <summary>The same images again and again as the training goes on.</summary>
    private sealed record Previews(Artist Artist, Conditions Conditions)
    {
        public IReadOnlyList<(string Name, byte[] Png)> Draw(long step, CancellationToken cancellationToken)
        {
            using var drawn = Artist.Draw(Conditions, [.. Enumerable.Range(0, Conditions.Count).Select(i => (ulong)i)], cancellationToken);
            return [("samples/ema", Png.EncodeGrid(drawn, columns: 8))];
        }
    }
}
