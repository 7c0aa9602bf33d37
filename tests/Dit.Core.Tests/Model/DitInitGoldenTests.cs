using System.Text.Json;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Names, order, counts and distributions of a new model's weights.</summary>
[Trait("Category", "Golden")]
public sealed class DitInitGoldenTests
{
    [Fact]
    public void Names_and_order()
    {
        using var golden = Golden.Open("dit_init");
        using var model = new DitModel(Models.Config(golden.Config));
        Assert.Equal(golden.Json.GetProperty("state_dict_keys").EnumerateArray().Select(k => k.GetString()), model.state_dict().Keys);
    }

    [Fact]
    public void Distribution_of_each_parameter()
    {
        using var golden = Golden.Open("dit_init");
        using var generator = new Generator(1);
        using var model = new DitModel(Models.Config(golden.Config), generator);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var expected in golden.Json.GetProperty("parameters").EnumerateArray())
        {
            var name = expected.GetProperty("name").GetString()!;
            var parameter = model.get_parameter(name)!;
            Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()), parameter.shape);
            Assert.Equal(expected.GetProperty("trainable").GetBoolean(), parameter.requires_grad);
            var largest = parameter.abs().max().item<float>();
            Assert.True(expected.GetProperty("all_zero").GetBoolean() == (largest == 0), name);
            if (expected.GetProperty("expected_std") is { ValueKind: JsonValueKind.Number } deviation && deviation.GetDouble() > 0)
            {
                var std = deviation.GetDouble();
                var margin = 5 * std / Math.Sqrt(2.0 * parameter.numel());
                Assert.InRange(parameter.std().item<float>(), std - margin, std + margin);
                Assert.InRange(parameter.mean().item<float>(), -5 * std / Math.Sqrt(parameter.numel()), 5 * std / Math.Sqrt(parameter.numel()));
            }
            if (expected.TryGetProperty("bound", out var bound) && bound.ValueKind == JsonValueKind.Number)
                Assert.InRange(largest, 0.98 * bound.GetDouble(), bound.GetDouble() * (1 + 1e-6));
        }
    }

    [Fact]
    public void Output_of_a_new_model_is_zero()
    {
        using var golden = Golden.Open("dit_init");
        Assert.True(golden.Json.GetProperty("fresh_output_all_zero").GetBoolean());
        using var model = new DitModel(Models.Config(golden.Config));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var size = model.Config.ImageSize.Height;
        var output = model.call(randn(2, model.Config.Channels, size, size), tensor(new[] { 0L, 500L }), tensor(new[] { 0L, 1L }));
        Assert.Equal([2, model.Config.OutputChannels, size, size], output.shape);
        Assert.Equal(0f, output.abs().max().item<float>());
    }

    /// <summary>A model's parameters grow linearly with its depth, so two shallow models tell the size of the deep one.</summary>
    [Fact]
    public void Parameter_counts_of_the_presets()
    {
        using var golden = Golden.Open("dit_init");
        foreach (var preset in golden.Json.GetProperty("parameter_counts_input32_classes1000").EnumerateObject())
        {
            var config = DitConfig.Preset(preset.Name) with { LearnedVariance = true };
            var (one, trainableOne) = Count(config with { Depth = 1 });
            var (two, trainableTwo) = Count(config with { Depth = 2 });
            Assert.Equal(preset.Value.GetProperty("total").GetInt64(), one + (config.Depth - 1) * (two - one));
            Assert.Equal(preset.Value.GetProperty("trainable").GetInt64(), trainableOne + (config.Depth - 1) * (trainableTwo - trainableOne));
        }
    }

    private static (long Total, long Trainable) Count(DitConfig config)
    {
        using var model = new DitModel(config);
        return (model.parameters().Sum(p => p.numel()), model.parameters().Where(p => p.requires_grad).Sum(p => p.numel()));
    }
}
