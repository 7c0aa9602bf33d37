using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>What an objective tells beside the loss of a batch.</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = randn(6, 2, 4, 4);
    private readonly LabelNetwork _network = new();

    public void Dispose() => _scope.Dispose();

    private static DenoisingObjective Objective(ITimestepSampler? timesteps = null) => new(new RectifiedFlow(), Prediction.FlowVelocity, timesteps ?? new LogitNormalTimesteps());

    [Fact]
    public void It_is_the_loss_image_by_image()
    {
        var objective = Objective();
        using var generator = new Generator(3);
        var loss = objective.Loss(_network, _images, null, generator);
        generator.manual_seed(3);
        var (images, predictions, targets) = objective.Evaluate(_network, new Batch(_images), generator);
        Assert.Equal(loss.item<float>(), images.Losses.mean().item<float>(), 1e-6f);
        Assert.Equal([6L], images.Times.shape);
        Assert.True((predictions - targets).square().mean([1, 2, 3]).allclose(images.Losses, 1e-5, 1e-6));

        generator.manual_seed(3);                                             // the target of flow matching is noise - data
        var times = new LogitNormalTimesteps().Sample(6, CPU, generator);
        Assert.True(times.Equals(images.Times));
        Assert.True((randn(_images.shape, generator: generator) - _images).Equals(targets));
    }

    [Fact]
    public void Every_loss_is_told_and_no_evaluation()
    {
        var objective = Objective();
        var told = new List<(float[] Times, float[] Losses, bool Graph)>();
        objective.LossesKnown += images => told.Add((images.Times.data<float>().ToArray(), images.Losses.data<float>().ToArray(), images.Losses.requires_grad));
        objective.Evaluate(_network, new Batch(_images));
        Assert.Empty(told);
        var loss = objective.Loss(_network, _images.requires_grad_(), null);
        var (times, losses, graph) = Assert.Single(told);
        Assert.Equal(loss.item<float>(), losses.Average(), 1e-5f);
        Assert.All(times, t => Assert.InRange(t, 0, 1));
        Assert.False(graph);
    }

    /// <summary>Otherwise looking at a model would change how it is trained.</summary>
    [Fact]
    public void A_density_that_learns_from_losses_learns_nothing_from_an_evaluation()
    {
        using var learning = new LossSecondMomentTimesteps(parts: 4, history: 2);
        var objective = Objective(learning);
        Tensor State() => cat([.. learning.state_dict().Values.Select(kept => kept.to(ScalarType.Float64).flatten())]);
        var before = State();
        objective.Evaluate(_network, new Batch(_images));
        Assert.True(before.Equals(State()));
        objective.Loss(_network, _images, null);
        Assert.False(before.Equals(State()));
    }

    [Fact]
    public void No_tensor_stays()
    {
        var objective = Objective();
        objective.LossesKnown += images => images.Losses.sum().Dispose();
        for (var i = 0; i < 3; i++)
        {
            var before = Tensor.TotalCount;
            using (NewDisposeScope())
            {
                objective.Loss(_network, _images, null);
                objective.Evaluate(_network, new Batch(_images));
                Assert.Equal(before + 5, Tensor.TotalCount);                  // the loss; times, losses, predictions, targets
            }
            Assert.Equal(before, Tensor.TotalCount);
        }
    }
}
