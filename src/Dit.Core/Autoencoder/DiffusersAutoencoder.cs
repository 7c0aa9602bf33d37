using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>diffusers' config.json of an AutoencoderKL: its names, and its defaults for what the file leaves out.</summary>
/// <remarks>The properties can be set, not only initialised: the generated reader gives those that JSON leaves out no default otherwise.</remarks>
internal sealed record DiffusersAutoencoder
{
    private const string Class = "AutoencoderKL";
    private const string DownBlock = "DownEncoderBlock2D";
    private const string UpBlock = "UpDecoderBlock2D";
    private const string Silu = "silu";

    [JsonPropertyName("_class_name")]
    public string? ClassName { get; set; }

    public int InChannels { get; set; } = 3;

    public int OutChannels { get; set; } = 3;

    public int LatentChannels { get; set; } = 4;

    public IReadOnlyList<string>? DownBlockTypes { get; set; }

    public IReadOnlyList<string>? UpBlockTypes { get; set; }

    public IReadOnlyList<int>? BlockOutChannels { get; set; } = [64];

    public int LayersPerBlock { get; set; } = 1;

    public string? ActFn { get; set; } = Silu;

    public int NormNumGroups { get; set; } = 32;

    public int SampleSize { get; set; } = 32;

    public double ScalingFactor { get; set; } = 0.18215;

    public double? ShiftFactor { get; set; }

    public JsonElement? LatentsMean { get; set; }

    public JsonElement? LatentsStd { get; set; }

    public bool UseQuantConv { get; set; } = true;

    public bool UsePostQuantConv { get; set; } = true;

    public bool MidBlockAddAttention { get; set; } = true;

    public static DiffusersAutoencoder FromConfig(AutoencoderConfig config) => new()
    {
        ClassName = Class,
        InChannels = config.InChannels,
        OutChannels = config.OutChannels,
        LatentChannels = config.LatentChannels,
        DownBlockTypes = [.. config.BlockWidths.Select(_ => DownBlock)],
        UpBlockTypes = [.. config.BlockWidths.Select(_ => UpBlock)],
        BlockOutChannels = config.BlockWidths,
        LayersPerBlock = config.LayersPerBlock,
        NormNumGroups = config.NormGroups,
        SampleSize = config.SampleSize,
        ScalingFactor = config.ScalingFactor,
        ShiftFactor = config.ShiftFactor == 0 ? null : config.ShiftFactor,
        UseQuantConv = config.UseQuantConv,
        UsePostQuantConv = config.UsePostQuantConv,
        MidBlockAddAttention = config.MidBlockAttention,
    };

    public AutoencoderConfig ToConfig()
    {
        var problems = new Problems("The autoencoder's config.json");
        var widths = BlockOutChannels ?? [];
        problems.Require(ClassName is null or Class, $"_class_name is {ClassName}; only {Class} can be read.");
        RequireTypes(problems, "down_block_types", DownBlockTypes, DownBlock, widths.Count);
        RequireTypes(problems, "up_block_types", UpBlockTypes, UpBlock, widths.Count);
        problems.Require(ActFn is Silu, $"act_fn is {ActFn}; only {Silu} is known.");
        problems.Require(LatentsMean is null && LatentsStd is null, "latents_mean and latents_std are not known; only scaling_factor and shift_factor are.");
        problems.ThrowIfAny();
        return new AutoencoderConfig
        {
            InChannels = InChannels,
            OutChannels = OutChannels,
            LatentChannels = LatentChannels,
            BlockWidths = widths,
            LayersPerBlock = LayersPerBlock,
            NormGroups = NormNumGroups,
            SampleSize = SampleSize,
            ScalingFactor = ScalingFactor,
            ShiftFactor = ShiftFactor ?? 0,
            UseQuantConv = UseQuantConv,
            UsePostQuantConv = UsePostQuantConv,
            MidBlockAttention = MidBlockAddAttention,
        }.Validate();
    }

    private static void RequireTypes(Problems problems, string property, IReadOnlyList<string>? types, string known, int count) =>
        problems.Require(types is null || (types.Count == count && types.All(t => t == known)),
            $"{property} is [{string.Join(", ", types ?? [])}]; it must be {known}, as many times as block_out_channels has numbers ({count}).");
}
