using Dit.Core;
using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>A real DiT with a fixture's weights.</summary>
internal static class FixtureModel
{
    public static DitModel Load(Golden golden, string prefix)
    {
        var dit = golden.Config.GetProperty("dit");
        int Int(string name) => dit.GetProperty(name).GetInt32();
        var model = new DitModel(new DitConfig
        {
            ImageSize = Int("input_size"), PatchSize = Int("patch_size"), Channels = Int("in_channels"), Width = Int("hidden_size"), Depth = Int("depth"),
            Heads = Int("num_heads"), MlpRatio = dit.GetProperty("mlp_ratio").GetDouble(), Classes = Int("num_classes"),
            LabelDropout = dit.GetProperty("class_dropout_prob").GetDouble(), LearnedVariance = dit.GetProperty("learn_sigma").GetBoolean(),
        }).to(Golden.Device);
        using var guard = no_grad();
        foreach (var (name, parameter) in model.named_parameters()) parameter.copy_(golden[prefix + name]);
        return model;
    }
}
