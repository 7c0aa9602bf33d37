using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>A model to draw with, and what is known about it: of a run's folder, a checkpoint or a file of weights.</summary>
internal sealed class SavedModel : IDisposable
{
    private SavedModel(DitModel model, RunConfig? config, IReadOnlyList<string> classes) => (Model, Config, Classes) = (model, config, classes);

    public DitModel Model { get; }

    /// <value>The run's configuration; null for a file from elsewhere.</value>
    public RunConfig? Config { get; }

    /// <value>The names of the classes; empty where they have none.</value>
    public IReadOnlyList<string> Classes { get; }

    /// <value>The names of what the model is conditioned on, classes or attributes; empty where they have none.</value>
    public IReadOnlyList<string> Names =>
        Model.Config.Condition == ConditionType.Classes ? Classes : Config?.Data.Attributes is { } names && names.Length == Model.Config.Classes ? names : [];

    /// <value>What it was trained with: the run says so; a file with learned variance is taken for the official DiT's, any other for a flow.</value>
    public ObjectiveKind Objective => Config?.Objective ?? (Model.Config.LearnedVariance ? ObjectiveKind.OfficialDit : ObjectiveKind.Flow);

    /// <summary>Loads a model.</summary>
    /// <param name="name">A run's folder, a checkpoint in it, a file or folder of weights, or the name of a download.</param>
    /// <param name="averaged">Whether to take a run's averaged weights.</param>
    /// <param name="device">Where to.</param>
    /// <param name="configure">Corrects what a file does not tell.</param>
    public static SavedModel Load(string name, bool averaged, Device device, Func<DitConfig, DitConfig>? configure = null)
    {
        var (path, run) = Find(name, averaged);
        var model = LoadWeights(path, configure).to(device);
        return new(model, run is null ? null : RunConfig.Read(run.ConfigPath), run?.Classes ?? []);
    }

    private static DitModel LoadWeights(string path, Func<DitConfig, DitConfig>? configure)
    {
        try
        {
            return DitModel.Load(path, configure);
        }
        catch (CheckpointException e) when (e.Message.Contains("DitModel.Load(", StringComparison.Ordinal))
        {
            var advice = $"'dit convert {path} new.safetensors --model name=value'";
            throw new CheckpointException(e.Message.Replace("DitModel.Load(path, config => config with { ... })", advice, StringComparison.Ordinal), e);
        }
    }

    /// <summary>The file of weights, and the run that it is of.</summary>
    public static (string Path, RunFolder? Run) Find(string name, bool averaged)
    {
        var path = Downloads.Resolve(name);
        if (!Directory.Exists(path)) return (path, null);
        var file = averaged ? "ema.safetensors" : "model.safetensors";
        if (File.Exists(Path.Combine(path, file)))
        {
            var parent = new RunFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return (Path.Combine(path, file), parent.Exists ? parent : null);
        }
        var run = new RunFolder(path);
        if (!run.Exists) return (path, null);
        return run.Checkpoints is [var newest, ..]
            ? (Path.Combine(newest.Path, file), run)
            : throw new FileNotFoundException($"'{path}' has no checkpoint yet: the training was stopped before its first step was done.");
    }

    public void Dispose() => Model.Dispose();
}
