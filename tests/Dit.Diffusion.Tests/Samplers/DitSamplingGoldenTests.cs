using Dit.Core;
using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>
/// The official sample.py: a real DiT with learned variance, guided on 3 of 4 channels. It doubles the batch and throws the second half away, which
/// never reaches the first; so of its states and its noise the first halves are ours.
/// </summary>
[Trait("Category", "Golden")]
public sealed class DitSamplingGoldenTests
{
    [Theory]
    [InlineData("ddpm.noclip")]
    [InlineData("ddpm.clip")]
    [InlineData("ddim.noclip")]
    public void Run(string name)
    {
        using var golden = Golden.Open("dit_sampling");
        using var scope = NewDisposeScope();
        using var model = Model(golden);
        var n = golden.Config.GetProperty("n").GetInt64();
        var grid = TimeGrid.Respaced(golden.Config.GetProperty("respacing").GetString()!);
        var steps = (int)golden["noise"].shape[0];
        var noise = new RecordedNoise(golden["noise"].narrow(1, 0, n));
        Denoiser denoiser = new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps())
            .Denoiser(model, golden["y"]).Guided(golden.Config.GetProperty("cfg_scale").GetDouble(), channels: 3);
        if (name.EndsWith(".clip", StringComparison.Ordinal)) denoiser = denoiser.Clipped();
        Sampler sampler = name.StartsWith("ddpm", StringComparison.Ordinal)
            ? new DdpmSampler(steps) { Grid = grid, Noise = noise }
            : new DdimSampler(steps) { Grid = grid, Noise = noise };

        var samples = stack(sampler.Steps(denoiser, golden["z"]).Select(step => step.Sample.clone()));
        var expected = golden[$"{name}.samples"];
        var rest = expected.narrow(1, n, n);
        golden.AssertClose($"{name}.samples", cat([samples, rest], dim: 1));
    }

    private static DitModel Model(Golden golden)
    {
        var config = golden.Config.GetProperty("dit");
        int Size(string name) => config.GetProperty(name).GetInt32();
        var model = new DitModel(new DitConfig
        {
            ImageSize = Size("input_size"), PatchSize = Size("patch_size"), Channels = Size("in_channels"), Width = Size("hidden_size"), Depth = Size("depth"),
            Heads = Size("num_heads"), MlpRatio = config.GetProperty("mlp_ratio").GetDouble(), Classes = Size("num_classes"),
            LabelDropout = config.GetProperty("class_dropout_prob").GetDouble(), LearnedVariance = config.GetProperty("learn_sigma").GetBoolean(),
        }).to(Golden.Device);
        using var guard = no_grad();
        var weights = golden.Under("weights.");
        Assert.Equal(weights.Keys.Order(), model.state_dict().Keys.Order());
        foreach (var (key, value) in model.state_dict()) value.copy_(weights[key]);
        return model;
    }
}
