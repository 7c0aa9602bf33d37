using System.Text.Json;

namespace Dit.Core;

/// <summary>The architecture of an <see cref="AutoencoderKL"/>, and how its latents are scaled.</summary>
/// <remarks>The defaults are Stable Diffusion's (Rombach et al. 2022), which DiT uses.</remarks>
public sealed record AutoencoderConfig
{
    private const int MostBlocks = 16;

    /// <value>Channels of the images that are encoded. Default 3.</value>
    public int InChannels { get; init; } = 3;

    /// <value>Channels of the images that are decoded. Default 3.</value>
    public int OutChannels { get; init; } = 3;

    /// <value>Channels of the latents. Default 4.</value>
    public int LatentChannels { get; init; } = 4;

    /// <value>
    /// Channels of each resolution, the finest first; each is a multiple of <see cref="NormGroups"/>. There is a halving
    /// between two of them. 1 to 16 numbers. Default 128, 256, 512, 512.
    /// </value>
    public IReadOnlyList<int> BlockWidths { get; init; } = [128, 256, 512, 512];

    /// <value>Residual blocks at each resolution of the encoder; the decoder has one more. Default 2.</value>
    public int LayersPerBlock { get; init; } = 2;

    /// <value>Groups of channels that are normalised together. Default 32.</value>
    public int NormGroups { get; init; } = 32;

    /// <value>Height and width of the images it was trained on; images of other sizes can be encoded, too. Default 512.</value>
    public int SampleSize { get; init; } = 512;

    /// <value>What latents are multiplied by for the diffusion model. Default 0.18215; SDXL has 0.13025, SD3 1.5305.</value>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <value>What is subtracted from latents before they are scaled. Default 0; SD3 has 0.0609.</value>
    public double ShiftFactor { get; init; }

    /// <value>Whether a 1 x 1 convolution follows the encoder. Default <see langword="true"/>.</value>
    public bool UseQuantConv { get; init; } = true;

    /// <value>Whether a 1 x 1 convolution precedes the decoder. Default <see langword="true"/>.</value>
    public bool UsePostQuantConv { get; init; } = true;

    /// <value>Whether there is self-attention at the coarsest resolution. Default <see langword="true"/>.</value>
    public bool MidBlockAttention { get; init; } = true;

    /// <value>Height and width of an image per height and width of its latents: 8 by default.</value>
    public int DownsamplingFactor => 1 << (BlockWidths.Count - 1);

    /// <summary>Checks the configuration and reports every problem at once.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="ArgumentException">At least one value is out of range or does not fit another.</exception>
    public AutoencoderConfig Validate()
    {
        var problems = new Problems(nameof(AutoencoderConfig));
        problems.Require(InChannels > 0, $"InChannels is {InChannels}; it must be positive.");
        problems.Require(OutChannels > 0, $"OutChannels is {OutChannels}; it must be positive.");
        problems.Require(LatentChannels > 0, $"LatentChannels is {LatentChannels}; it must be positive.");
        problems.Require(LayersPerBlock > 0, $"LayersPerBlock is {LayersPerBlock}; it must be positive.");
        problems.Require(SampleSize > 0, $"SampleSize is {SampleSize}; it must be positive.");
        var groups = problems.Require(NormGroups > 0, $"NormGroups is {NormGroups}; it must be positive.");
        if (problems.Require(BlockWidths is { Count: >= 1 and <= MostBlocks }, $"BlockWidths has {BlockWidths?.Count ?? 0} numbers; 1 to {MostBlocks} are needed."))
        {
            foreach (var width in BlockWidths!)
            {
                problems.Require(width > 0 && (!groups || width % NormGroups == 0),
                    $"BlockWidths has {width}; each must be a positive multiple of NormGroups {NormGroups}.");
            }
        }
        problems.Require(double.IsFinite(ScalingFactor) && ScalingFactor > 0,
            Problems.Invariant($"ScalingFactor is {ScalingFactor}; it must be positive."));
        problems.Require(double.IsFinite(ShiftFactor), Problems.Invariant($"ShiftFactor is {ShiftFactor}; it must be finite."));
        problems.ThrowIfAny();
        return this;
    }

    /// <summary>Reads the config.json that diffusers writes beside an AutoencoderKL's weights.</summary>
    /// <param name="json">The text. What it leaves out has diffusers' default; properties that do not matter here are passed over.</param>
    /// <exception cref="ArgumentException">The text is no such JSON, is of another class, or asks for what <see cref="AutoencoderKL"/> does not have.</exception>
    public static AutoencoderConfig FromDiffusers(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var theirs = JsonSerializer.Deserialize(json, DiffusersJson.Default.DiffusersAutoencoder)
                ?? throw new ArgumentException("The JSON of the autoencoder's configuration is null.", nameof(json));
            return theirs.ToConfig();
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The text is no autoencoder configuration: {e.Message}", nameof(json), e);
        }
    }

    /// <summary>The configuration as diffusers' config.json.</summary>
    public string ToDiffusers() => JsonSerializer.Serialize(DiffusersAutoencoder.FromConfig(this), DiffusersJson.Default.DiffusersAutoencoder);

    /// <summary>Whether two configurations have the same values.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(AutoencoderConfig? other) => other is not null && ToDiffusers() == other.ToDiffusers();

    /// <summary>A hash of the values.</summary>
    public override int GetHashCode() => ToDiffusers().GetHashCode(StringComparison.Ordinal);
}
