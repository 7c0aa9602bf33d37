namespace Dit.Core.Tests;

/// <summary>Steps of trainings that nobody made.</summary>
internal static class Progress
{
    public static TrainingProgress At(long step, double loss = 1, long steps = 1000, long epoch = 0, long batch = 1, double norm = 0.5) =>
        new(step, steps, loss, norm, LearningRate: 1e-3, ImagesPerSecond: 100, new BatchPosition(epoch, batch));
}
