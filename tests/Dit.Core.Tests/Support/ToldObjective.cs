using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Flow matching that tells times and losses.</summary>
internal sealed class ToldObjective : IEvaluableObjective
{
    public event Action<ImageLosses>? LossesKnown;

    /// <summary>What is added to the loss of each image, by its time.</summary>
    public Func<Tensor, Tensor>? More { get; init; }

    public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        var made = Evaluate(model, new Batch(images, labels), generator).Images;
        LossesKnown?.Invoke(new(made.Times, made.Losses.detach()));
        return made.Losses.mean().MoveToOuterDisposeScope();
    }

    public Evaluation Evaluate(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Batch batch, Generator? generator = null)
    {
        var t = rand([batch.Count], float32, generator: generator);                                     // [B]
        var noise = randn(batch.Images.shape, float32, generator: generator);                           // [B, C, H, W]
        var s = t.view(-1, 1, 1, 1);
        var output = model.call((1 - s) * batch.Images + s * noise, t * 1000, batch.Labels);             // [B, C, H, W]
        var target = noise - batch.Images;
        var losses = (output - target).square().mean([1, 2, 3]);                                        // [B]
        return new(new(t, More is null ? losses : losses + More(t)), output, target);
    }
}
