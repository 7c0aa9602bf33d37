using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The whole chain on a set small enough to learn in a second: class 0 is a dark square, class 1 a bright one.</summary>
public class ToyTrainingTests
{
    [Fact]
    public void A_small_model_learns_two_classes()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(0);
        using var model = new DitModel(new DitConfig { ImageSize = 4, PatchSize = 2, Channels = 1, Width = 32, Depth = 2, Heads = 2, Classes = 2 }, generator)
        {
            DropoutGenerator = generator,
        };
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        using var optimizer = optim.AdamW(model.parameters(), lr: 4e-3, weight_decay: 0);
        var labels = arange(64, ScalarType.Int64).remainder(2);                                 // [64]: 0, 1, 0, 1, ...
        var bright = (labels * 1.6 - 0.8).to(ScalarType.Float32).view(-1, 1, 1, 1);             // [64, 1, 1, 1]: -0.8 or 0.8

        var losses = new List<float>();
        for (var step = 0; step < 200; step++)
        {
            using var inner = NewDisposeScope();
            var images = bright + 0.05 * randn([64, 1, 4, 4], generator: generator);            // [64, 1, 4, 4]
            var loss = objective.Loss(model, images, labels, generator);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^20..].Average() < 0.4 * losses[..5].Average(), $"The loss went from {losses[..5].Average()} to {losses[^20..].Average()}.");

        var denoiser = objective.Denoiser(model, labels).Guided(scale: 1.5);
        var samples = new HeunSampler(10).Sample(denoiser, randn([64, 1, 4, 4], generator: generator));
        var error = (samples.mean([1, 2, 3]) - bright.view(-1)).abs().max().item<float>();
        Assert.True(error < 0.4, $"A sample is {error} from its class.");
        Assert.True(model.training);
    }
}
