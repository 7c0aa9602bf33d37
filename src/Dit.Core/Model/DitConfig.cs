using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>The architecture of a Diffusion Transformer: everything that decides the shapes of its weights.</summary>
/// <remarks>
/// The presets are those of Peebles and Xie 2023, table 1. A preset fixes <see cref="Width"/>, <see cref="Depth"/> and
/// <see cref="Heads"/>; say the rest with <c>with</c>:
/// <c>DitConfig.S(patchSize: 2) with { ImageSize = 28, Channels = 1, Classes = 10 }</c>.
/// </remarks>
public sealed record DitConfig
{
    /// <value>Height and width of the images or latents, in elements. Default 32, the latents of 256 x 256 images.</value>
    public int ImageSize { get; init; } = 32;

    /// <value>Height and width of a patch, in elements; it divides <see cref="ImageSize"/>. Default 2.</value>
    public int PatchSize { get; init; } = 2;

    /// <value>Channels of the images or latents. Default 4.</value>
    public int Channels { get; init; } = 4;

    /// <value>Width of a token, D; a multiple of 4 and of <see cref="Heads"/>. Default 1152.</value>
    public int Width { get; init; } = 1152;

    /// <value>Number of blocks. Default 28.</value>
    public int Depth { get; init; } = 28;

    /// <value>Attention heads per block. Default 16.</value>
    public int Heads { get; init; } = 16;

    /// <value>Hidden width of the MLP as a multiple of <see cref="Width"/>. Default 4.</value>
    public double MlpRatio { get; init; } = 4.0;

    /// <value>Number of classes; 0 for an unconditional model. Default 1000.</value>
    public int Classes { get; init; } = 1000;

    /// <value>
    /// Probability with which a label is replaced by the null class in training, which is what classifier-free guidance
    /// needs. 0 means that the model has no null class. Default 0.1.
    /// </value>
    public double LabelDropout { get; init; } = 0.1;

    /// <value>Whether the model also predicts a variance per element, doubling its output channels. Default <see langword="false"/>.</value>
    public bool LearnedVariance { get; init; }

    /// <value>Channels of the model's output: <see cref="Channels"/>, or twice that with <see cref="LearnedVariance"/>.</value>
    [JsonIgnore]
    public int OutputChannels => LearnedVariance ? 2 * Channels : Channels;

    /// <value>Patches along one side.</value>
    [JsonIgnore]
    public int GridSize => ImageSize / PatchSize;

    /// <value>Number of tokens, T.</value>
    [JsonIgnore]
    public int Tokens => GridSize * GridSize;

    /// <value>Whether the model has a null class, whose id is <see cref="Classes"/>.</value>
    [JsonIgnore]
    public bool HasNullClass => Classes > 0 && LabelDropout > 0;

    /// <summary>DiT-S: 12 blocks of width 384 with 6 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig S(int patchSize) => new() { Width = 384, Depth = 12, Heads = 6, PatchSize = patchSize };

    /// <summary>DiT-B: 12 blocks of width 768 with 12 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig B(int patchSize) => new() { Width = 768, Depth = 12, Heads = 12, PatchSize = patchSize };

    /// <summary>DiT-L: 24 blocks of width 1024 with 16 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig L(int patchSize) => new() { Width = 1024, Depth = 24, Heads = 16, PatchSize = patchSize };

    /// <summary>DiT-XL: 28 blocks of width 1152 with 16 heads.</summary>
    /// <param name="patchSize">Height and width of a patch.</param>
    public static DitConfig XL(int patchSize) => new() { Width = 1152, Depth = 28, Heads = 16, PatchSize = patchSize };

    /// <summary>The configuration of a name such as <c>DiT-XL/2</c>.</summary>
    /// <param name="name">Size and patch size as the paper writes them; the case does not matter and <c>DiT-</c> may be left out.</param>
    /// <exception cref="ArgumentException">The name is of no known size.</exception>
    public static DitConfig Preset(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Trim().Split('/');
        var size = parts[0].StartsWith("DiT-", StringComparison.OrdinalIgnoreCase) ? parts[0][4..] : parts[0];
        if (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var patch) && patch > 0)
        {
            switch (size.ToUpperInvariant())
            {
                case "S": return S(patch);
                case "B": return B(patch);
                case "L": return L(patch);
                case "XL": return XL(patch);
            }
        }
        throw new ArgumentException(
            $"'{name}' is no preset. Write a size and a patch size, such as DiT-S/4, DiT-B/2, DiT-L/8 or DiT-XL/2.", nameof(name));
    }

    /// <summary>Checks the configuration and reports every problem at once.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="ArgumentException">At least one value is out of range or does not fit another.</exception>
    public DitConfig Validate()
    {
        var problems = new Problems(nameof(DitConfig));
        var sizes = problems.Require(ImageSize > 0, $"ImageSize is {ImageSize}; it must be positive.")
            & problems.Require(PatchSize > 0, $"PatchSize is {PatchSize}; it must be positive.");
        if (sizes)
            problems.Require(ImageSize % PatchSize == 0, $"ImageSize {ImageSize} is no multiple of PatchSize {PatchSize}.");
        problems.Require(Channels > 0, $"Channels is {Channels}; it must be positive.");
        problems.Require(Depth > 0, $"Depth is {Depth}; it must be positive.");
        problems.Require(Width > 0 && Width % 4 == 0,
            $"Width is {Width}; it must be a positive multiple of 4 (sine and cosine of two coordinates).");
        if (problems.Require(Heads > 0, $"Heads is {Heads}; it must be positive."))
            problems.Require(Width % Heads == 0, $"Width {Width} is no multiple of Heads {Heads}.");
        problems.Require(double.IsFinite(MlpRatio) && Width * MlpRatio is >= 1 and <= int.MaxValue,
            Problems.Invariant($"MlpRatio is {MlpRatio}; Width * MlpRatio must be at least 1."));
        problems.Require(Classes >= 0, $"Classes is {Classes}; it must be 0 (unconditional) or positive.");
        problems.Require(LabelDropout is >= 0 and < 1,
            Problems.Invariant($"LabelDropout is {LabelDropout}; it must be at least 0 and less than 1."));
        problems.ThrowIfAny();
        return this;
    }

    /// <summary>The configuration as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DitJson.Default.DitConfig);

    /// <summary>Reads a configuration from JSON and validates it.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave. Properties that are left out keep their defaults; unknown ones are refused.</param>
    /// <exception cref="ArgumentException">The text is no such JSON, or the configuration is not valid.</exception>
    public static DitConfig FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var config = JsonSerializer.Deserialize(json, DitJson.Default.DitConfig)
                ?? throw new ArgumentException("The JSON of the model's configuration is null.", nameof(json));
            return config.Validate();
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The text is no model configuration: {e.Message}", nameof(json), e);
        }
    }

    /// <summary>Names each property in which two configurations differ, with both values.</summary>
    internal IReadOnlyList<string> DifferencesTo(DitConfig other)
    {
        using var mine = JsonSerializer.SerializeToDocument(this, DitJson.Default.DitConfig);
        using var theirs = JsonSerializer.SerializeToDocument(other, DitJson.Default.DitConfig);
        return [.. from property in mine.RootElement.EnumerateObject()
                   let value = theirs.RootElement.GetProperty(property.Name)
                   where property.Value.GetRawText() != value.GetRawText()
                   select $"{property.Name} {property.Value.GetRawText()} against {value.GetRawText()}"];
    }
}
