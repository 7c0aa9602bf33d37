namespace Dit.Core.Tests;

public sealed class AutoencoderConfigTests
{
    /// <summary>The file that stabilityai/sd-vae-ft-mse and -ema have.</summary>
    private const string StableDiffusion = """
        { "_class_name": "AutoencoderKL", "_diffusers_version": "0.4.2", "act_fn": "silu", "block_out_channels": [128, 256, 512, 512],
          "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"], "in_channels": 3,
          "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3, "sample_size": 256,
          "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"] }
        """;

    [Fact]
    public void The_default_is_stable_diffusions() =>
        Assert.Equal(new AutoencoderConfig { SampleSize = 256 }, AutoencoderConfig.FromDiffusers(StableDiffusion));

    [Fact]
    public void Json_round_trip()
    {
        var config = new AutoencoderConfig
        {
            InChannels = 1, OutChannels = 2, LatentChannels = 16, BlockWidths = [8, 16], LayersPerBlock = 3, NormGroups = 4, SampleSize = 48,
            ScalingFactor = 1.5305, ShiftFactor = 0.0609, UseQuantConv = false, UsePostQuantConv = false, MidBlockAttention = false,
        };
        var read = AutoencoderConfig.FromDiffusers(config.ToDiffusers());
        Assert.Equal(config, read);
        Assert.Equal(config.GetHashCode(), read.GetHashCode());
        Assert.Equal(2, read.DownsamplingFactor);
        Assert.NotEqual(config, read with { BlockWidths = [8, 12] });
    }

    [Fact]
    public void What_the_json_leaves_out_has_diffusers_defaults()
    {
        var config = AutoencoderConfig.FromDiffusers("{ \"shift_factor\": null, \"latents_mean\": null, \"force_upcast\": true }");
        Assert.Equal(new AutoencoderConfig { BlockWidths = [64], LayersPerBlock = 1, SampleSize = 32 }, config);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var config = new AutoencoderConfig
        {
            InChannels = 0, OutChannels = -1, LatentChannels = 0, BlockWidths = [32, 48], LayersPerBlock = 0, SampleSize = 0, ScalingFactor = double.NaN,
            ShiftFactor = double.PositiveInfinity,
        };
        var message = Assert.Throws<ArgumentException>(() => config.Validate()).Message;
        string[] expected =
        [
            "InChannels is 0", "OutChannels is -1", "LatentChannels is 0", "BlockWidths has 48", "LayersPerBlock is 0", "SampleSize is 0", "ScalingFactor is NaN",
            "ShiftFactor is ",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => new AutoencoderKL(config));
    }

    [Theory]
    [InlineData(0, new[] { 32 }, "NormGroups is 0")]
    [InlineData(4, new int[0], "BlockWidths has 0 numbers")]
    [InlineData(4, new[] { 0 }, "BlockWidths has 0;")]
    public void Widths_and_groups_must_fit(int groups, int[] widths, string part)
    {
        var config = new AutoencoderConfig { NormGroups = groups, BlockWidths = widths };
        Assert.Contains(part, Assert.Throws<ArgumentException>(() => config.Validate()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "no autoencoder configuration")]
    [InlineData("null", "null")]
    [InlineData("{ \"latent_channels\": 0 }", "LatentChannels is 0")]
    [InlineData("{ \"_class_name\": \"AutoencoderTiny\" }", "AutoencoderTiny")]
    [InlineData("{ \"act_fn\": \"relu\" }", "relu")]
    [InlineData("{ \"down_block_types\": [\"AttnDownEncoderBlock2D\"] }", "AttnDownEncoderBlock2D")]
    [InlineData("{ \"up_block_types\": [\"UpDecoderBlock2D\", \"UpDecoderBlock2D\"] }", "up_block_types")]
    [InlineData("{ \"block_out_channels\": null }", "BlockWidths has 0 numbers")]
    [InlineData("{ \"latents_mean\": [0.5] }", "latents_mean")]
    public void Json_of_something_else_is_refused(string json, string part) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(() => AutoencoderConfig.FromDiffusers(json)).Message, StringComparison.Ordinal);
}
