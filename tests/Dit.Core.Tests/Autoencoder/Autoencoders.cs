using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Autoencoders for tests.</summary>
internal static class Autoencoders
{
    /// <summary>Three resolutions of one block each, f = 4.</summary>
    public static AutoencoderConfig Tiny { get; } = new() { BlockWidths = [8, 8, 16], LayersPerBlock = 1, NormGroups = 4, SampleSize = 32 };

    public static AutoencoderKL Random(AutoencoderConfig config, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        using var guard = no_grad();
        var model = new AutoencoderKL(config);
        foreach (var (name, parameter) in model.named_parameters())
        {
            var norm = name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal);
            nn.init.normal_(parameter, norm ? 1 : 0, 0.1, generator);
        }
        model.eval();
        return model;
    }

    /// <summary>An autoencoder with a fixture's weights, on the fixture's device.</summary>
    public static AutoencoderKL Load(Golden golden)
    {
        var model = new AutoencoderKL(Config(golden)).to(Golden.Device);
        var weights = golden.Under("weights.");
        Assert.Equal(weights.Keys.Order(), model.state_dict().Keys.Order());
        Models.Assign(model, weights);
        model.eval();
        return model;
    }

    public static AutoencoderConfig Config(Golden golden) => AutoencoderConfig.FromDiffusers(golden.Config.GetRawText());

    public static void AssertSameWeights(nn.Module expected, nn.Module actual)
    {
        Assert.Equal(expected.state_dict().Keys, actual.state_dict().Keys);
        Assert.All(expected.state_dict(), pair => Assert.True(pair.Value.Equals(actual.state_dict()[pair.Key]), pair.Key));
    }

    public static void Refuses(string parameter, Func<object?> call, params string[] parts)
    {
        var error = Assert.Throws<ArgumentException>(parameter, call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
