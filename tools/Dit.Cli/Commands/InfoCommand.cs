using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Dit.Core;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit info</c>.</summary>
internal static class InfoCommand
{
    private const string More = """
        Examples:
          dit info
          dit info DiT-XL/2
          dit info runs/photos
          dit info DiT-XL-2-256x256.pt
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("info", "Say what a model costs, what is in a run or a file of weights, or, without arguments, what computes here.", More);
        var what = new Argument<string?>("what") { Description = "A run's folder, a checkpoint, a file of weights, or a preset such as DiT-S/2.", Arity = ArgumentArity.ZeroOrOne };
        var batch = new Option<int>("--batch") { Description = "Images in a batch, for shapes and memory.", DefaultValueFactory = _ => 1 };
        command.Arguments.Add(what);
        command.Options.Add(batch);
        return command.Does((parsed, shell, _) =>
        {
            if (parsed.GetValue(what) is not { } name) Environment(shell);
            else if (Path.Exists(name) || Downloads.Knows(name)) File(name, parsed.GetValue(batch), shell);
            else Preset(name, parsed.GetValue(batch), shell);
            return Task.CompletedTask;
        });
    }

    private static void Environment(Shell shell)
    {
        var version = typeof(InfoCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        shell.Result($"""
            dit              {version}
            .NET             {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}
            downloads        {Downloads.Folder}
            {Engine.Describe()}
            """, new
        {
            version, runtime = RuntimeInformation.FrameworkDescription, system = RuntimeInformation.OSDescription, engine = Engine.BackendName, libtorch = Engine.TorchVersion,
            blas = Engine.Blas, oneDnn = Engine.OneDnn, instructionSet = Engine.InstructionSet, threads = Engine.Threads, cuda = Engine.Supports(Feature.Cuda), downloads = Downloads.Folder,
        });
    }

    private static void Preset(string name, int batch, Shell shell)
    {
        DitConfig config;
        try
        {
            config = DitConfig.Preset(name);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"There is no file or folder '{name}', and as a model's name it is unknown: {e.Message}");
        }
        Describe(config, batch, shell, origin: null, names: [], run: null);
    }

    private static void File(string name, int batch, Shell shell)
    {
        using var saved = SavedModel.Load(name, averaged: true, CPU);
        Describe(saved.Model.Config, batch, shell, saved.Model.Origin, saved.Names, saved.Config);
    }

    private static void Describe(DitConfig config, int batch, Shell shell, string? origin, IReadOnlyList<string> names, RunConfig? run)
    {
        var (classes, attributes) = config.Condition == ConditionType.Classes ? (names, []) : ((IReadOnlyList<string>)[], names);
        var description = config.Describe(batch);
        var text = $"{(origin is null ? "" : $"{origin}\n")}{(run is null ? "" : $"objective {run.Objective}, images {run.Data.Path}\n")}"
            + $"{(names.Count == 0 ? "" : $"{(classes.Count > 0 ? "classes" : "attributes")} {string.Join(", ", names)}\n")}{description}";
        shell.Result(text.TrimEnd(), new
        {
            origin, objective = run?.Objective, condition = config.Condition, classes, attributes, model = config, parameters = description.Parameters, multiplyAdds = description.MultiplyAdds,
            trainingMemory = description.TrainingMemory().Peak, samplingMemory = description.SamplingMemory().Peak, batch,
        });
    }
}
