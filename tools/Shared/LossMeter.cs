using Dit.Core;

namespace Dit.Tools;

/// <summary>Tells how a training goes, smoothed over the last steps: for <see cref="ConsoleProgress"/>.</summary>
internal sealed class LossMeter : ITrainingObserver
{
    private const int Window = 50;
    private double _rate;
    private int _count;

    public double Loss { get; private set; } = double.NaN;

    /// <value>Is told the step, and loss and speed in words.</value>
    public Action<long, string>? Report { get; set; }

    public void OnStep(TrainingProgress progress)
    {
        var weight = 1.0 / Math.Min(++_count, Window);
        Loss = _count == 1 ? progress.Loss : Loss + weight * (progress.Loss - Loss);
        _rate += weight * (progress.ImagesPerSecond - _rate);
        Report?.Invoke(progress.Step, $"loss {Loss:F4}  {_rate:F1} images/s");
    }
}
