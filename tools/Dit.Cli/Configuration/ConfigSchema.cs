using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Dit.Core;

namespace Dit.Cli;

/// <summary>The JSON schema of configurations, made of their types: <c>dit.schema.json</c>.</summary>
internal static class ConfigSchema
{
    /// <summary>The schema as text.</summary>
    public static string Create()
    {
        var schema = Of<RunConfig>();
        schema["properties"]!["model"] = Model();
        var whole = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "A training of dit" };
        foreach (var (name, value) in schema) whole[name] = value?.DeepClone();
        return whole.ToJsonString(ConfigJson.Options) + "\n";
    }

    private static JsonObject Model()
    {
        var model = Of<DitConfig>();
        model["description"] = "The model: a preset and what differs from it. Image size, channels and classes are those of the images unless they are said.";
        model["properties"]!["imageSize"] = new JsonObject
        {
            ["description"] = "Height and width of images or latents: a number for squares, or [height, width].",
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "integer" }, ["minItems"] = 2, ["maxItems"] = 2 }),
        };
        model["properties"]!["preset"] = new JsonObject { ["type"] = "string", ["description"] = "Such as DiT-S/4, the default, DiT-B/2 or DiT-XL/2." };
        return model;
    }

    private static JsonObject Of<T>() => (JsonObject)ConfigJson.Options.GetJsonSchemaAsNode(typeof(T), new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, node) =>
        {
            var text = context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute d, ..] ? d.Description : null;
            if (text is null || node is not JsonObject json) return node;
            json.Insert(0, "description", text);
            return json;
        },
    });
}
