using System.Globalization;

namespace Dit.Core.Tests;

/// <summary>What a description counts is what the modules have and what the paper's table says.</summary>
public sealed class ModelDescriptionTests
{
    private static readonly DitConfig Small = new()
    {
        ImageSize = (12, 20), Channels = 3, Width = 32, Depth = 3, Heads = 2, Classes = 5, LearnedVariance = true,
    };

    /// <summary>Configurations that differ from one another in everything that decides what layers there are.</summary>
    private static readonly Dictionary<string, DitConfig> Configs = Configurations();

    public static TheoryData<string> Names => [.. Configs.Keys];

    /// <summary>Peebles and Xie 2023, table 4: parameters to the unit, "Gflops" to 0.02; with 32 x 32 latents, 1000 classes and learned variances.</summary>
    [Theory]
    [InlineData("S/8", 33_148_160, 0.36)]
    [InlineData("S/4", 32_945_024, 1.41)]
    [InlineData("S/2", 32_963_360, 6.06)]
    [InlineData("B/8", 130_881_536, 1.42)]
    [InlineData("B/4", 130_475_648, 5.56)]
    [InlineData("B/2", 130_512_416, 23.01)]
    [InlineData("L/8", 458_594_816, 5.01)]
    [InlineData("L/4", 458_053_760, 19.70)]
    [InlineData("L/2", 458_102_816, 80.71)]
    [InlineData("XL/8", 675_683_072, 7.39)]
    [InlineData("XL/4", 675_074_432, 29.05)]
    [InlineData("XL/2", 675_129_632, 118.64)]
    public void Presets_are_as_large_as_the_papers(string preset, long parameters, double gflops)
    {
        var config = DitConfig.Preset(preset) with { LearnedVariance = true };
        var description = config.Describe();
        Assert.Equal(parameters, description.Parameters);
        Assert.Equal(parameters - config.Tokens * config.Width, description.TrainableParameters);
        Assert.InRange(description.MultiplyAdds / 1e9, gflops - 0.02, gflops + 0.02);
    }

    /// <summary>The block variants of the paper's figure 3, and 64 x 64 latents, which the paper gives 524.60.</summary>
    [Theory]
    [InlineData(BlockType.AdaLNZero, 64, 676_014_368, 524.54)]
    [InlineData(BlockType.InContext, 32, 449_457_440, 119.35)]
    [InlineData(BlockType.CrossAttention, 32, 598_286_624, 137.60)]
    [InlineData(BlockType.AdaLN, 32, 600_747_296, 118.55)]
    public void Variants_of_the_largest_are_as_large_as_the_papers(BlockType block, int size, long parameters, double gflops)
    {
        var description = (DitConfig.XL(patchSize: 2) with { LearnedVariance = true, Block = block, ImageSize = size }).Describe();
        Assert.Equal(parameters, description.Parameters);
        Assert.Equal(gflops, description.MultiplyAdds / 1e9, 0.005);
    }

    [Theory]
    [InlineData("Panda", 773_344, 0)]
    [InlineData("Owen-MNIST", 388_640, 0)]
    [InlineData("Vachan-CelebA", 38_780_976, 1024 * 512)]
    [InlineData("Vachan-MNIST", 9_280_804, 196 * 288)]
    [InlineData("Just-a-DiT", 32_575_525, 98_304)]
    public void Other_systems_are_as_large_as_theirs(string preset, long parameters, long fixedPositions)
    {
        var description = DitConfig.Preset(preset).Describe();
        Assert.Equal(fixedPositions, description.Parameters - description.TrainableParameters);
        Assert.Equal(parameters, preset.StartsWith("Vachan", StringComparison.Ordinal) ? description.TrainableParameters : description.Parameters);
    }

    [Fact]
    public void Just_a_dits_later_checkpoints_have_two_gains_more_per_block() =>
        Assert.Equal(32_575_549, (DitConfig.JustADit with { QueryKeyNorm = NormType.ScaleNorm }).Describe().Parameters);

    /// <summary>Each parameter of the model belongs to the layer that its name says, in the model's order.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Layers_have_the_parameters_of_the_modules(string name)
    {
        using var model = new DitModel(Configs[name]);
        var expected = model.named_parameters()
            .GroupBy(p => Path.GetExtension(p.name) is ".weight" or ".bias" or ".g" ? Path.ChangeExtension(p.name, null) : p.name)
            .Select(g => (g.Key, g.Sum(p => p.parameter.numel()), g.Where(p => p.parameter.requires_grad).Sum(p => p.parameter.numel())));
        var layers = Configs[name].Describe().Layers.Where(l => l.Parameters > 0);
        Assert.Equal(expected, layers.Select(l => (l.Name, l.Parameters, l.TrainableParameters)));
        Assert.Equal(expected, model.Describe().Layers.Where(l => l.Parameters > 0).Select(l => (l.Name, l.Parameters, l.TrainableParameters)));
    }

    [Fact]
    public void What_is_frozen_in_a_model_is_not_trained()
    {
        using var model = new DitModel(Small);
        model.get_parameter("blocks.1.attn.qkv.weight")!.requires_grad = false;
        var (plain, frozen) = (Small.Describe(), model.Describe());
        Assert.Equal(plain.TrainableParameters - 3 * Small.Width * Small.Width, frozen.TrainableParameters);
        Assert.Equal(plain.Parameters, frozen.Parameters);
        Assert.Equal(3 * Small.Width, frozen.Layers.Single(l => l.Name == "blocks.1.attn.qkv").TrainableParameters);
    }

    /// <summary>Every layer's shape follows from the batch, the tokens and the widths; a sequence of conditions has its own length.</summary>
    [Fact]
    public void Shapes_and_products_of_a_sequence_of_conditions()
    {
        var config = Small with { Block = BlockType.CrossAttention, Condition = ConditionType.Tokens, Classes = 7, Registers = 2 };
        var layers = config.Describe(batchSize: 3, conditionTokens: 11).Layers.ToDictionary(l => l.Name);
        Assert.Equal([3, 11, 32], layers["y_embedder.proj"].OutputShape);
        Assert.Equal(11 * 7 * 32, layers["y_embedder.proj"].MultiplyAdds);
        Assert.Equal([3, 12, 64], layers["blocks.0.cross_attn.kv"].OutputShape);
        Assert.Equal([3, 62, 32], layers["blocks.0.cross_attn"].OutputShape);
        Assert.Equal(2 * 62 * 12 * 32, layers["blocks.0.cross_attn"].MultiplyAdds);
        Assert.Equal([3, 60, 24], layers["final_layer.linear"].OutputShape);
        Assert.Equal([1, 60, 32], layers["pos_embed"].OutputShape);
    }

    [Fact]
    public void Numbers_that_are_not_positive_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Small.Describe(batchSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Small.Describe(conditionTokens: 0));
        Assert.Throws<ArgumentException>(() => (Small with { Depth = 0 }).Describe());
    }

    [Fact]
    public void The_table_has_a_line_for_equal_layers_of_all_blocks()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            var lines = (DitConfig.S(patchSize: 2) with { LearnedVariance = true }).Describe(batchSize: 8).ToString().Split(Environment.NewLine);
            Assert.Contains("blocks.0-11.attn.qkv            Linear                  8 x 256 x 1152   12 x     443,520        113.2 M", lines);
            Assert.Contains("32,963,360 parameters, 32,865,056 of them trained; 6.06 G multiply-adds for an image", lines);
            Assert.Single(lines[..Array.IndexOf(lines, "")].Select(l => l.Length).Distinct());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static Dictionary<string, DitConfig> Configurations()
    {
        var all = new Dictionary<string, DitConfig>();
        foreach (var (block, norm, queryKey) in from b in Enum.GetValues<BlockType>()
                                                from n in Enum.GetValues<NormType>()
                                                from q in Enum.GetValues<NormType>().Cast<NormType?>().Append(null)
                                                select (b, n, q))
        {
            all.Add($"{block} {norm} {queryKey}", Small with { Block = block, Norm = norm, QueryKeyNorm = queryKey });
        }
        foreach (var activation in Enum.GetValues<Activation>().Where(a => a != Activation.Identity))
            all.Add($"{activation}", Small with { MlpActivation = activation, MlpRatio = 3.3 });
        foreach (var positions in Enum.GetValues<PositionType>())
            all.Add($"{positions}", Small with { Positions = positions });
        foreach (var (block, condition, dropout) in from b in Enum.GetValues<BlockType>()
                                                    from c in Enum.GetValues<ConditionType>()
                                                    where c != ConditionType.Tokens || b is BlockType.CrossAttention or BlockType.InContext
                                                    from d in new[] { 0, 0.1 }
                                                    select (b, c, d))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{block} {condition} {dropout}");
            all.Add(name, Small with { Block = block, Condition = condition, LabelDropout = dropout });
        }
        foreach (var block in Enum.GetValues<BlockType>())
        {
            all.Add($"{block} everything", Small with
            {
                Block = block,
                ValueResidual = true,
                RotaryPositions = true,
                Registers = 3,
                HeadWidth = 12,
                Classes = 0,
                Time = new() { Mlps = 3, Width = 33 },
            });
        }
        all.Add("affine", Small with { Quirks = new() { AffineNorms = true } });
        all.Add("unused variance", Small with { LearnedVariance = false, Quirks = new() { UnusedVariance = true } });
        foreach (var preset in new[] { "Panda", "Owen-MNIST", "Vachan-CelebA", "Vachan-MNIST" })
            all.Add(preset, DitConfig.Preset(preset));
        all.Add("Just-a-DiT", DitConfig.JustADit with { Depth = 2 });
        return all;
    }
}
