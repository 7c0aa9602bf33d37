using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>A line of a metrics file: how a training stood after a step. What is no number is null.</summary>
internal sealed record StepRecord
{
    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>The pass over the data that the step belongs to, from 0.</summary>
    public long Epoch { get; init; }

    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? ImagesPerSecond { get; init; }

    /// <summary>Share of the time that the training waited for batches.</summary>
    public double? DataWait { get; init; }

    /// <summary>Of the lines between: what observers measured, as <see cref="ValuesRecord"/> writes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, double?>? Values { get; init; }

    public DateTimeOffset Time { get; init; }

    public static StepRecord Of(TrainingProgress progress, DateTimeOffset time) => new()
    {
        Step = progress.Step,
        Epoch = progress.Epoch(),
        Loss = Finite(progress.Loss),
        LearningRate = Finite(progress.LearningRate),
        GradientNorm = Finite(progress.GradientNorm),
        ImagesPerSecond = Finite(Math.Round(progress.ImagesPerSecond, 3)),
        DataWait = Finite(Math.Round(progress.DataWait, 4)),
        Time = time,
    };

    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
