using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The hybrid loss of a real DiT and its gradient in every weight.</summary>
/// <remarks>The rest of the fixture is sampling, and tested there.</remarks>
[Trait("Category", "Golden")]
public sealed class HybridLossGoldenTests
{
    [Fact]
    public void Loss_and_gradients_of_all_weights()
    {
        using var golden = Golden.Open("dit_sampling");
        using var scope = NewDisposeScope();
        using var model = FixtureModel.Load(golden, "weights.");
        model.eval();
        var objective = DenoisingObjective.OfficialDit();
        var terms = objective.Terms(model, golden["train.x_start"], golden["train.y"], Diffusions.Times(golden["train.t"]), golden["train.noise"]);
        golden.AssertClose("train.mse", terms.Error!, 1e-5, 1e-5);
        golden.AssertClose("train.vb", terms.Bound!, 1e-5, 1e-4);
        golden.AssertClose("train.loss", terms.PerImage(), 1e-5, 1e-4);
        terms.Total().backward();
        var compared = 0;
        foreach (var (name, parameter) in model.named_parameters().Where(p => p.Item2.requires_grad))
        {
            golden.AssertClose($"train.grad.{name}", parameter.grad!, 1e-5, 1e-4);
            compared++;
        }
        Assert.Equal(golden.Under("train.grad.").Count, compared);
    }
}
