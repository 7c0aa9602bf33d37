namespace Dit.Core;

/// <summary>What follows from a training's progress.</summary>
internal static class TrainingProgressExtensions
{
    /// <summary>Whether the step was the last of its pass over the data.</summary>
    public static bool EndsEpoch(this TrainingProgress progress) => progress.Position is { Batch: 0, Epoch: > 0 };

    /// <summary>The pass over the data that the step belongs to, from 0; the position is that of the next one.</summary>
    public static long Epoch(this TrainingProgress progress) => progress.Position.Epoch - (progress.EndsEpoch() ? 1 : 0);
}
