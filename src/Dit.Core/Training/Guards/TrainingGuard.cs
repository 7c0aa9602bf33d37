using Microsoft.Extensions.Logging;

namespace Dit.Core;

/// <summary>Leaves out steps that are no numbers, goes back after a spike, and stops the training with a diagnosis where neither helps.</summary>
internal sealed class TrainingGuard(TrainingParts parts, TrainingStep step, TrainingCheckpoints checkpoints, DitTrainerOptions options, ILogger logger)
{
    private const int Remembered = 8;
    private readonly Queue<double> _norms = [];
    private int _skippedInARow;

    /// <summary>Whether each step must be read.</summary>
    public bool ReadsEveryStep => options.MaxSkippedSteps > 0 || parts.Scaler is not null || parts.Spikes is not null;

    /// <summary>Counts a step that was left out, or stops the training if there were too many in a row. Called before the step is counted.</summary>
    /// <exception cref="InvalidDataException">The batch has values that are no numbers.</exception>
    /// <exception cref="NotFiniteNumberException">The training diverged.</exception>
    public void Check(StepResult result, Batch batch)
    {
        switch (result.Outcome)
        {
            case StepOutcome.Done:
                _skippedInARow = 0;
                return;
            case StepOutcome.Overflow:
                logger.Overflow(parts.Step, parts.Scaler!.Factor);
                break;
            default:
                if (++_skippedInARow > options.MaxSkippedSteps)
                    throw NotFinite(result, batch);
                logger.StepSkipped(parts.Step, result.Loss, result.GradientNorm, _skippedInARow, options.MaxSkippedSteps);
                break;
        }
        parts.SkippedSteps++;
        foreach (var average in parts.Averages)
            average.Updates++;                                                // the profile's time is the training's
    }

    /// <summary>Sees whether the loss of a step that was read and counted is a spike, and goes back if so and if asked.</summary>
    /// <exception cref="ArithmeticException">The training has gone back too often.</exception>
    public void Watch(StepResult result)
    {
        if (result.Outcome != StepOutcome.Done)
            return;
        if (_norms.Count == Remembered)
            _norms.Dequeue();
        _norms.Enqueue(result.GradientNorm);
        if (parts.Spikes is not { } spikes || !spikes.IsSpike(result.Loss, out var limit))
            return;
        logger.Spike(parts.Step, result.Loss, limit, spikes.Settings.InARow);
        if (spikes.Settings.RollsBack)
            RollBack(spikes.Settings);
    }

    private void RollBack(SpikeDetection settings)
    {
        if (parts.Rollbacks == settings.MaxRollbacks)
        {
            throw new ArithmeticException(
                $"The loss spiked once more at step {parts.Step} after {parts.Rollbacks} rollbacks ({LearningRate}; {Norms()}). Try a lower learning rate, "
                + $"or look at the data. {checkpoints.Newest()}");
        }
        // The first high loss came from the weights of the step before it.
        if (checkpoints.RollBack(before: parts.Step - settings.InARow) is not { } step)
        {
            logger.NotRolledBack(parts.Step);
            return;
        }
        parts.Rollbacks++;
        logger.RolledBack(parts.Step, step, parts.Rollbacks, settings.MaxRollbacks);
    }

    private string LearningRate => Problems.Invariant($"learning rate {parts.Optimizer.LearningRate(parts.Step):G4}");

    private string Norms() => _norms.Count == 0
        ? "no step before it was read"
        : $"gradient norms before it: {string.Join(", ", _norms.Select(norm => Problems.Invariant($"{norm:G4}")))}";

    private Exception NotFinite(StepResult result, Batch batch)
    {
        var bad = batch.Images.isfinite().logical_not().sum().item<long>();
        if (bad > 0)
        {
            return new InvalidDataException(
                $"The batch of step {parts.Step} has {bad} values that are not finite (NaN or infinity). Check the data. The weights are as before the step.");
        }
        var hasLoss = double.IsFinite(result.Loss);
        var where = Divergence.Locate(parts.Model, step.Objective, () => step.Repeat(batch, backward: hasLoss));
        var what = hasLoss
            ? $"The gradient of step {parts.Step} has the norm {result.GradientNorm} (not finite first in {string.Join(", ", parts.Optimizer.NotFinite(most: 5))})"
            : $"The loss of step {parts.Step} is {result.Loss} although its batch is finite";
        return new NotFiniteNumberException(
            $"{what}: the training diverged ({LearningRate}; {Norms()}). {where} "
            + "Try a lower learning rate, a longer warm-up, DitConfig.QueryKeyNorm, or Precision.Float32. "
            + $"The weights are as before the step. {checkpoints.Newest()}",
            hasLoss ? result.GradientNorm : result.Loss);
    }
}
