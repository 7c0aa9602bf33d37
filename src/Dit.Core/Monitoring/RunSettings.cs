using System.Globalization;
using System.Text.Json;

namespace Dit.Core;

/// <summary>Settings of a run as names and values, for TensorBoard's table of hyperparameters and for a report.</summary>
public static class RunSettings
{
    /// <summary>A model's configuration, such as <c>model.width</c>.</summary>
    /// <param name="model">The configuration.</param>
    public static Dictionary<string, object> Of(DitConfig model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return FromJson(JsonSerializer.SerializeToElement(model, DitJson.Default.DitConfig), "model");
    }

    /// <summary>A training's settings, such as <c>training.optimizer.learningRate</c>.</summary>
    /// <param name="training">The settings.</param>
    public static Dictionary<string, object> Of(DitTrainerOptions training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return FromJson(JsonSerializer.SerializeToElement(training, DitJson.Default.DitTrainerOptions), "training");
    }

    /// <summary>The values in a JSON document, such as a configuration file; names within names are joined with dots, and what is null is left out.</summary>
    /// <param name="json">The document.</param>
    /// <param name="prefix">What the names begin with.</param>
    public static Dictionary<string, object> FromJson(JsonElement json, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var settings = new Dictionary<string, object>();
        Add(json, prefix);
        return settings;

        void Add(JsonElement element, string name)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                        Add(property.Value, name.Length == 0 ? property.Name : $"{name}.{property.Name}");
                    break;
                case JsonValueKind.Null or JsonValueKind.Undefined:
                    break;
                default:
                    settings[name] = Value(element);
                    break;
            }
        }
    }

    /// <summary>The values as what TensorBoard knows: truth, double, or text.</summary>
    /// <exception cref="ArgumentException">A value is none of them.</exception>
    internal static Dictionary<string, object> Normalized(IReadOnlyDictionary<string, object> settings, string argument)
    {
        ArgumentNullException.ThrowIfNull(settings, argument);
        return settings.ToDictionary(s => s.Key, s => s.Value switch
        {
            bool or string => s.Value,
            Enum name => name.ToString(),
            IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
            _ => throw new ArgumentException(
                $"'{s.Key}' is a {s.Value?.GetType().Name ?? "null"}; a setting is a number, a text, a truth value or an enum.", argument),
        });
    }

    /// <summary>A normalized value for people to read.</summary>
    internal static string Text(object value) => value is bool flag ? (flag ? "yes" : "no") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static object Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String => element.GetString()!,
        _ => element.GetRawText(),
    };
}
