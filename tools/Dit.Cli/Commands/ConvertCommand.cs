using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit convert</c>.</summary>
internal static class ConvertCommand
{
    private const string More = """
        Read are run folders, checkpoints, and files of the official DiT, SiT, diffusers, VachanVY, Just-a-DiT, the panda and owenliang, as safetensors
        or PyTorch's .pt, from which nothing is executed. Written are a safetensors file with the configuration in it (Dit), one with the official
        names (Official), and diffusers' folder (Diffusers).

        Examples:
          dit convert runs/photos photos.safetensors
          dit convert DiT-XL-2-256x256.pt dit-xl --to Diffusers
          dit convert other.pt other.safetensors --model heads=8
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("convert", "Convert a model's weights between the forms that are known.", More);
        var input = new Argument<string>("input") { Description = "A run's folder, a checkpoint, a file of weights or the name of a download." };
        var output = new Argument<string>("output") { Description = "The file, or for Diffusers the folder, to write." };
        var format = new Option<WeightFormat>("--to") { Description = "The form to write." };
        var ema = new Option<bool>("--ema") { Description = "Take the averaged weights of a run; --ema false for those of the last step.", DefaultValueFactory = _ => true };
        var model = new Option<string[]>("--model") { Description = "What the file does not tell about the model, such as heads=8.", AllowMultipleArgumentsPerToken = true };
        command.Arguments.Add(input);
        command.Arguments.Add(output);
        foreach (var option in new Option[] { format, ema, model }) command.Options.Add(option);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(output)!);
            var to = parsed.GetValue(format);
            if (to != WeightFormat.Diffusers && Path.GetExtension(path) != ".safetensors") throw new UsageException($"'{path}' does not end in .safetensors, the format that is written.");
            await Task.Run(() =>
            {
                OutputPath.Require(to == WeightFormat.Diffusers ? Path.Combine(path, RunConfig.FileName) : path);
                using var saved = SavedModel.Load(parsed.GetValue(input)!, parsed.GetValue(ema), CPU, Corrections(parsed.GetValue(model) ?? []));
                cancellationToken.ThrowIfCancellationRequested();
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Write(saved.Model, path, to);
                shell.Result($"{saved.Model.Origin}: written to '{path}'", new { path, format = to, origin = saved.Model.Origin, model = saved.Model.Config });
            }, cancellationToken);
        });
    }

    private static void Write(DitModel model, string path, WeightFormat format)
    {
        switch (format)
        {
            case WeightFormat.Official: ModelExport.ToOfficial(model, path); break;
            case WeightFormat.Diffusers: ModelExport.ToDiffusers(model, path); break;
            default: model.Save(path); break;
        }
    }

    /// <summary>Puts values such as <c>heads=8</c> over what was seen in the file.</summary>
    private static Func<DitConfig, DitConfig>? Corrections(string[] values)
    {
        if (values.Length == 0) return null;
        var given = new JsonObject();
        foreach (var value in values)
        {
            if (value.Split('=', 2) is not [var name, var text]) throw new UsageException($"'{value}' is no name=value.");
            given[name] = Parse(text);
        }
        return config =>
        {
            var json = ConfigJson.Of(config);
            ConfigJson.Overlay(json, given);
            return ConfigJson.To<DitConfig>(json, "--model");
        };
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
