using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>
/// One step of the optimizer: loss and gradients part by part, unscaling, the check that they are numbers, clipping, the optimizer, the averages, in
/// this order. A step that is no number changes neither weights nor averages.
/// </summary>
internal sealed class TrainingStep(TrainingParts parts, ITrainingObjective objective, DitTrainerOptions options, Precision precision) : IDisposable
{
    private Tensor? _randomBefore;

    /// <summary>What is minimised.</summary>
    public ITrainingObjective Objective => objective;

    /// <summary>Makes a step.</summary>
    /// <param name="batch">Images, float32, and what belongs to them, on the model's device.</param>
    /// <param name="read">Whether loss and gradient norm are read and checked, which waits for a GPU.</param>
    public StepResult Run(Batch batch, bool read)
    {
        using var scope = NewDisposeScope();
        if (read)
            RememberRandom();
        if (!parts.Model.training)
            parts.Model.train();
        parts.Model.zero_grad();                                              // frees the last step's gradients before the forward pass
        parts.Learned?.zero_grad();
        var loss = Backward(batch, read);
        if (read && !double.IsFinite(loss))
            return new(StepOutcome.NotFinite, loss, double.NaN);
        if (parts.Scaler is { } scaler && !Unscale(scaler, out var overflow))
            return new(overflow, loss, double.PositiveInfinity);
        var norm = parts.Optimizer.Measure(read, out var isFinite);
        if (!isFinite)
            return new(StepOutcome.NotFinite, loss, norm);

        parts.Optimizer.Step(parts.Optimizer.LearningRate(parts.Step), [.. parts.Averages.Select(average => average.Next(parts.Model))]);
        return new(StepOutcome.Done, loss, norm);
    }

    /// <summary>The last step once more, with the same random numbers, up to its gradients: they are neither unscaled nor clipped. Without <paramref name="backward"/> it ends with the loss.</summary>
    public void Repeat(Batch batch, bool backward)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(backward);
        var after = parts.Generator.get_state();
        if (_randomBefore is not null)
            parts.Generator.set_state(_randomBefore);
        parts.Model.zero_grad();
        parts.Learned?.zero_grad();
        foreach (var (start, count) in Division(batch.Count))
        {
            var loss = Loss(batch.Part(start, count));                        // []
            if (backward)
                loss.backward();
        }
        parts.Generator.set_state(after);
    }

    public void Dispose() => _randomBefore?.Dispose();

    /// <summary>The gradients of a batch, part after part, and its loss if it is to be read. Nothing more is computed once a loss is no number.</summary>
    private double Backward(Batch batch, bool read)
    {
        var total = read ? 0.0 : double.NaN;
        foreach (var (start, count) in Division(batch.Count))
        {
            using var scope = NewDisposeScope();
            var share = count / (double)batch.Count;
            var loss = Loss(batch.Part(start, count));                                // []
            if (read && !double.IsFinite(total += share * loss.to(float64).item<double>()))
                return total;
            if (share < 1)
                loss = share * loss;
            (parts.Scaler?.Scale(loss) ?? loss).backward();
        }
        return total;
    }

    private Tensor Loss(Batch batch)
    {
        using var _ = Autocast.For(precision, parts.Device);
        return objective.Loss(parts.Model, batch, parts.Generator);           // []
    }

    /// <summary>The parts of a batch, first image and number of images; their sizes differ by one at most.</summary>
    private IEnumerable<(long Start, long Count)> Division(long count)
    {
        var parts = Math.Min(options.AccumulationSteps, count);
        for (var part = 0L; part < parts; part++)
            yield return (part * count / parts, ((part + 1) * count / parts) - (part * count / parts));
    }

    /// <summary>Whether the unscaled gradients are finite. At a scale that cannot be the cause any more, they are no numbers.</summary>
    private bool Unscale(LossScaler scaler, out StepOutcome otherwise)
    {
        var finite = scaler.Unscale(parts.Optimizer.Gradients());
        otherwise = scaler.Factor > 1 ? StepOutcome.Overflow : StepOutcome.NotFinite;
        scaler.Update(finite);
        return finite;
    }

    private void RememberRandom()
    {
        _randomBefore?.Dispose();
        _randomBefore = parts.Generator.get_state().DetachFromDisposeScope();
    }
}
