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

    [Fact]
    public void Json_that_leaves_properties_out_keeps_their_defaults()
    {
        Assert.Equal(new DitConfig { ImageSize = (16, 32), PatchSize = 4 }, DitConfig.FromJson("""{ "imageSize": [16, 32], "patchSize": 4 }"""));
        var config = DitConfig.FromJson("""{ "time": { "width": 64 }, "quirks": { "affineNorms": true }, "block": "CrossAttention" }""");
        Assert.Equal(
            new DitConfig { Time = new() { Width = 64 }, Quirks = new() { AffineNorms = true }, Block = BlockType.CrossAttention }, config);
    }

    [Fact]
    public void Options_that_do_not_fit_each_other_are_reported_at_once()
    {
        var config = new DitConfig
        {
            Condition = ConditionType.Tokens, Heads = 16, HeadWidth = 6, RotaryPositions = true, Registers = -1, LearnedVariance = true,
            MlpActivation = Activation.Identity, Time = new() { Width = 1, Scale = 0, Mlps = 0, Activation = Activation.SwiGlu },
            Quirks = new() { NormEpsilon = 0, FinalActivation = Activation.SwiGlu, UnusedVariance = true },
        };
        var message = Assert.Throws<ArgumentException>(() => config.Validate()).Message;
        string[] expected =
        [
            "Block must be CrossAttention or InContext, not AdaLNZero", "A head is 6 wide", "Registers is -1", "MlpActivation is Identity", "Time.Width is 1",
            "Time.Scale is 0", "Time.Mlps is 0", "Time.Activation is SwiGlu", "Quirks.NormEpsilon is 0", "Quirks.FinalActivation", "UnusedVariance exclude",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Panda", 773_344)]
    [InlineData("owen-mnist", 388_640)]
    [InlineData("Vachan-CelebA", 38_780_976)]
    [InlineData("Vachan-MNIST", 9_280_804)]
    [InlineData("Just-a-DiT", 32_575_525)]
    public void Presets_of_other_systems_have_as_many_parameters(string name, long count)
    {
        using var model = new DitModel(DitConfig.Preset(name));
        var counted = name.StartsWith("Vachan", StringComparison.Ordinal)
            ? model.parameters().Where(p => p.requires_grad)                     // its position table is a buffer
            : model.parameters();
        Assert.Equal(count, counted.Sum(p => p.numel()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"imageSize\": [8] }")]
    [InlineData("{ \"time\": { \"witdh\": 384 } }")]
    [InlineData("{ \"time\": null }")]
    [InlineData("null")]
    [InlineData("{ \"witdh\": 384 }")]
    [InlineData("{ \"width\": -4 }")]
    public void Json_that_is_no_configuration_is_refused(string json) => Assert.Throws<ArgumentException>(() => DitConfig.FromJson(json));
}
