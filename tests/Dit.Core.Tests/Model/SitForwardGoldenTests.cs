using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>SiT's model: a DiT whose variance is computed and left unused, and which is told flow times from 0 to 1.</summary>
[Trait("Category", "Golden")]
public sealed class SitForwardGoldenTests
{
    [Fact]
    public void Output_and_guided_output()
    {
        using var golden = Golden.Open("sit_forward");
        var config = Models.Config(golden.Config);
        Assert.True(config.LearnedVariance);
        using var model = new DitModel(config with { LearnedVariance = false, Quirks = new() { UnusedVariance = true } }).to(Golden.Device);
        Models.Assign(model, golden.Under("weights."));
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        golden.AssertClose("out", model.call(golden["x"], golden["t"], golden["y"]));

        var half = golden["x"].chunk(2)[0];
        var output = model.call(cat([half, half]), golden["t"], golden["y"]);
        golden.AssertClose("cfg.out", DitForwardGoldenTests.Guide(output, golden.Config.GetProperty("cfg_scale").GetDouble(), channels: 3));
    }
}
