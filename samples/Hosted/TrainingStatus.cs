using Dit.Core;

namespace Dit.Samples.Hosted;

/// <summary>How the training stands, for whoever asks from another thread.</summary>
internal sealed class TrainingStatus : ITrainingObserver
{
    private readonly Lock _lock = new();
    private TrainingProgress _last;

    public TrainingProgress Last
    {
        get
        {
            lock (_lock) return _last;
        }
    }

    public void OnStep(TrainingProgress progress)
    {
        lock (_lock) _last = progress;
    }
}
