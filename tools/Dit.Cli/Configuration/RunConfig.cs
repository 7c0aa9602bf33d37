using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dit.Core;

namespace Dit.Cli;

/// <summary>All that a run is: its images, model, objective, training and sampling. The <c>config.json</c> of a run's folder.</summary>
internal sealed record RunConfig
{
    public const string FileName = "config.json";

    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public DataConfig Data { get; init; } = new();

    /// <summary>A preset and what differs from it; what is left open, the images decide. In a run's folder: everything.</summary>
    public JsonObject Model { get; init; } = [];

    [Description("What the model learns.")]
    public ObjectiveKind Objective { get; init; }

    public TrainingConfig Training { get; init; } = new();

    public SamplingConfig Sampling { get; init; } = new();

    [Description("The autoencoder whose latents the model is of: a file, a folder or the name of a download; relative to this file. Null for pixels.")]
    public string? Vae { get; init; }

    /// <summary>Reads a file, puts what the command line says over it, and checks the names and types of all.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="overlay">What counts more.</param>
    public static RunConfig Read(string? path, JsonObject? overlay = null)
    {
        var json = path is null ? [] : Absolute(ConfigJson.Read(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (overlay?["model"]?["preset"] is not null) json.Remove("model");           // another model, not that one with another name
        if (overlay is not null) ConfigJson.Overlay(json, overlay);
        return ConfigJson.To<RunConfig>(json, path is null ? "The configuration" : $"'{path}'");
    }

    /// <summary>The model's configuration.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="size">Height and width of the images.</param>
    /// <param name="classes">How many classes or attributes they have.</param>
    /// <param name="condition">Which of the two.</param>
    public DitConfig ModelFor(int channels, ImageSize size, int classes, ConditionType condition = ConditionType.Classes)
    {
        var given = (JsonObject)Model.DeepClone();
        var preset = given["preset"]?.GetValue<string>() ?? "DiT-S/4";
        given.Remove("preset");
        var json = ConfigJson.Of(DitConfig.Preset(preset) with
        {
            ImageSize = size,
            Channels = channels,
            Classes = classes,
            Condition = condition,
            LearnedVariance = Objective == ObjectiveKind.OfficialDit,
        });
        ConfigJson.Overlay(json, given);
        return ConfigJson.To<DitConfig>(json, "The section 'model'").Validate();
    }

    /// <summary>Writes the configuration, atomically.</summary>
    public void Save(string path) => TextFile.Write(path, ConfigJson.Of(this).ToJsonString(ConfigJson.Options) + "\n");

    /// <summary>Paths in a file are relative to it.</summary>
    private static JsonObject Absolute(JsonObject json, string folder)
    {
        if (json["data"] is JsonObject data && data["path"] is JsonValue path && path.TryGetValue<string>(out var images) && images.Length > 0)
            data["path"] = Path.GetFullPath(images, folder);
        if (json["vae"] is JsonValue value && value.TryGetValue<string>(out var vae) && Path.Exists(Path.GetFullPath(vae, folder)))
            json["vae"] = Path.GetFullPath(vae, folder);
        return json;
    }
}
