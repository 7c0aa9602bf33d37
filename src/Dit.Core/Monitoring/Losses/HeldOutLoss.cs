using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The loss of images that a training never sees: always the same ones, with the same times and the same noise.</summary>
/// <remarks>
/// So it changes with the model only, and two models compare. No random number of the training is drawn; the model is evaluated in evaluation mode,
/// which is undone. It also says which checkpoints are the best.
/// </remarks>
/// <param name="objective">What the training minimises.</param>
/// <param name="batches">The images, at least one batch; they stay the caller's. On any device, to be moved to the model's.</param>
/// <param name="seed">Fixes times and noise.</param>
public sealed class HeldOutLoss(ITrainingObjective objective, IReadOnlyList<Batch> batches, ulong seed = 0)
{
    private readonly ITrainingObjective _objective = objective ?? throw new ArgumentNullException(nameof(objective));

    private readonly IReadOnlyList<Batch> _batches = batches is { Count: > 0 }
        ? batches
        : throw new ArgumentException("A held-out loss needs at least one batch.", nameof(batches));

    /// <value>Arithmetic of the model's products. Default <see cref="Precision.Auto"/>, as the trainer's.</value>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>The mean loss over all images. It waits for the device.</summary>
    /// <param name="model">The model, such as <see cref="DitTrainer.EmaModel"/>.</param>
    /// <exception cref="ArgumentException">The images do not fit the model.</exception>
    public double Measure(DitModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (sum, count) = (0.0, 0L);
        foreach (var (batch, loss) in Each(model, (moved, generator) => Loss(model, moved, generator)))
            (sum, count) = (sum + batch.Count * loss, count + batch.Count);
        return sum / count;
    }

    /// <summary>What the model predicts of the first batch, and what it should, at the times and with the noise that the loss has.</summary>
    /// <returns>All values of predictions and targets; <see langword="null"/> where the objective does not tell.</returns>
    internal (float[] Predictions, float[] Targets)? FirstPredictions(DitModel model)
    {
        if (_objective is not IEvaluableObjective evaluable)
            return null;
        return Each(model, (batch, generator) =>
        {
            var evaluation = evaluable.Evaluate(model, batch, generator);
            return (Histogram.Values(evaluation.Predictions), Histogram.Values(evaluation.Targets));
        }).First().Result;
    }

    private double Loss(DitModel model, Batch batch, Generator generator)
    {
        var loss = _objective is IEvaluableObjective evaluable
            ? evaluable.Evaluate(model, batch, generator).Images.Losses.mean()                  // []
            : _objective.Loss(model, batch, generator);                                                 // []
        return loss.to(float64).item<double>();
    }

    private IEnumerable<(Batch Batch, T Result)> Each<T>(DitModel model, Func<Batch, Generator, T> compute)
    {
        var device = model.parameters().First().device;
        using var generator = new Generator(seed, device);
        foreach (var batch in _batches)
        {
            T result;
            using (NewDisposeScope())
            using (no_grad())
            using (EvaluationMode.Of(model))
            using (Autocast.For(Precision, device))
                result = compute(new Batch(batch.Images.to(float32, device), batch.Labels?.to(device), batch.Features?.to(device)), generator);
            yield return (batch, result);
        }
    }
}
