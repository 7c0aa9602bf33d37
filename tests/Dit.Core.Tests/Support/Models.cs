using System.Text.Json;
using Dit.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Models for tests.</summary>
internal static class Models
{
    /// <summary>Two narrow blocks on 8 x 8 images.</summary>
    public static DitConfig Tiny { get; } = new()
    {
        ImageSize = 8, PatchSize = 2, Channels = 1, Width = 16, Depth = 2, Heads = 2, Classes = 4, LabelDropout = 0.25,
    };

    /// <summary>What this backend trains in.</summary>
    public static TheoryData<Precision> Precisions { get; } =
        Engine.Supports(Feature.Autocast) ? [Precision.Float32, Precision.BFloat16] : [Precision.Float32];

    /// <summary>A model whose weights are all random, also those that start at zero.</summary>
    public static DitModel Random(DitConfig config, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        using var guard = no_grad();
        var model = new DitModel(config, generator);
        foreach (var parameter in model.parameters().Where(p => p.requires_grad))
            nn.init.normal_(parameter, 0, 0.2, generator);
        return model;
    }

    /// <summary>The configuration as fixtures write it.</summary>
    public static DitConfig Config(JsonElement config) => new()
    {
        ImageSize = config.GetProperty("input_size").GetInt32(),
        PatchSize = config.GetProperty("patch_size").GetInt32(),
        Channels = config.GetProperty("in_channels").GetInt32(),
        Width = config.GetProperty("hidden_size").GetInt32(),
        Depth = config.GetProperty("depth").GetInt32(),
        Heads = config.GetProperty("num_heads").GetInt32(),
        MlpRatio = config.TryGetProperty("mlp_ratio", out var ratio) ? ratio.GetDouble() : 4,
        Classes = config.GetProperty("num_classes").GetInt32(),
        LabelDropout = config.TryGetProperty("class_dropout_prob", out var dropout) ? dropout.GetDouble() : 0.1,
        LearnedVariance = config.GetProperty("learn_sigma").GetBoolean(),
    };

    /// <summary>A model with a fixture's weights, on the fixture's device.</summary>
    public static DitModel Load(Golden golden, JsonElement config, string prefix)
    {
        var model = new DitModel(Config(config)).to(Golden.Device);
        var weights = golden.Under(prefix);
        Assert.Equal(weights.Keys.Order(), model.state_dict().Keys.Order());
        Assign(model, weights);
        return model;
    }

    public static void Assign(nn.Module model, Dictionary<string, Tensor> weights)
    {
        using var guard = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
            parameter.copy_(weights[name]);
    }

    public static T Child<T>(this nn.Module model, string name) where T : nn.Module =>
        (T)model.named_modules().Single(m => m.name == name).module;
}
