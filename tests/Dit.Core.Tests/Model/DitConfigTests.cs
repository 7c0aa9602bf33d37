namespace Dit.Core.Tests;

public sealed class DitConfigTests
{
    [Theory]
    [InlineData("DiT-XL/2", 28, 1152, 16, 2)]
    [InlineData("dit-l/4", 24, 1024, 16, 4)]
    [InlineData("B/8", 12, 768, 12, 8)]
    [InlineData(" DiT-S/2 ", 12, 384, 6, 2)]
    public void Presets_are_the_papers(string name, int depth, int width, int heads, int patch)
    {
        var config = DitConfig.Preset(name);
        Assert.Equal((depth, width, heads, patch), (config.Depth, config.Width, config.Heads, config.PatchSize));
        Assert.Same(config, config.Validate());
    }

    [Theory]
    [InlineData("")]
    [InlineData("DiT-XL")]
    [InlineData("DiT-XXL/2")]
    [InlineData("DiT-S/0")]
    [InlineData("DiT-S/-2")]
    [InlineData("DiT-S/2/2")]
    public void Unknown_presets_are_refused_with_examples(string name) =>
        Assert.Contains("DiT-XL/2", Assert.Throws<ArgumentException>(() => DitConfig.Preset(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var config = new DitConfig { ImageSize = 30, PatchSize = 4, Channels = 0, Width = 66, Heads = 4, Depth = 0, Classes = -1, LabelDropout = 1, MlpRatio = double.NaN };
        var message = Assert.Throws<ArgumentException>(() => config.Validate()).Message;
        string[] expected =
        [
            "ImageSize 30 is no multiple of PatchSize 4", "Channels is 0", "Width is 66", "Width 66 is no multiple of Heads 4", "Depth is 0",
            "Classes is -1", "LabelDropout is 1", "MlpRatio is NaN",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => new DitModel(config));
    }

    [Fact]
    public void Json_round_trip()
    {
        var config = DitConfig.S(4) with { ImageSize = 28, Channels = 1, Classes = 10, LabelDropout = 0.15, MlpRatio = 3.5, LearnedVariance = true };
        Assert.Equal(config, DitConfig.FromJson(config.ToJson()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{ \"witdh\": 384 }")]
    [InlineData("{ \"width\": -4 }")]
    public void Json_that_is_no_configuration_is_refused(string json) => Assert.Throws<ArgumentException>(() => DitConfig.FromJson(json));
}
