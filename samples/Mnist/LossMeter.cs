using Dit.Core;

namespace Dit.Samples.Mnist;

/// <summary>Tells the display how the training goes, smoothed over the last steps.</summary>
internal sealed class LossMeter(Action<long, string> report) : ITrainingObserver
{
    private double _loss;
    private double _rate;
    private int _count;

    public void OnStep(TrainingProgress progress)
    {
        var weight = 1.0 / Math.Min(++_count, 50);
        _loss += weight * (progress.Loss - _loss);
        _rate += weight * (progress.ImagesPerSecond - _rate);
        report(progress.Step, $"loss {_loss:F4}  {_rate:F0} images/s");
    }
}
