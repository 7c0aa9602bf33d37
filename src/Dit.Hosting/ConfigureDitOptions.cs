using System.Text.Json;
using Dit.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Dit.Hosting;

/// <summary>Binds and validates <see cref="DitOptions"/>; everything that is wrong is said at once.</summary>
internal sealed class ConfigureDitOptions(IConfiguration section) : IConfigureOptions<DitOptions>, IValidateOptions<DitOptions>
{
    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">The section does not fit the options.</exception>
    public void Configure(DitOptions options)
    {
        var failures = new List<string>();
        foreach (var child in section.GetChildren())
        {
            Try(failures, child.Path, () =>
            {
                if (child.Key.Equals(nameof(DitOptions.Model), StringComparison.OrdinalIgnoreCase))
                    options.Model = ConfigurationJson.Read<DitConfig>(child);
                else if (child.Key.Equals(nameof(DitOptions.Training), StringComparison.OrdinalIgnoreCase))
                    options.Training = ConfigurationJson.Read<DitTrainerOptions>(
                        child, (nameof(DitTrainerOptions.Optimizer), "AdamW"), (nameof(DitTrainerOptions.LearningRateSchedule), "Constant"));
                else if (child.Key.Equals(nameof(DitOptions.Device), StringComparison.OrdinalIgnoreCase))
                    options.Device = child.Value ?? "";
                else
                    throw new JsonException("there is no such option; known are Model, Training and Device.");
            });
        }
        if (failures.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(DitOptions), failures);
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DitOptions options)
    {
        var failures = new List<string>();
        Try(failures, nameof(DitOptions.Model), () => options.Model.Validate());
        Try(failures, nameof(DitOptions.Training), () => options.Training.Validate());
        Try(failures, nameof(DitOptions.Device), () => torch.device(options.Device));
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static void Try(List<string> failures, string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            failures.Add($"{path}: {e.Message}");
        }
    }
}
