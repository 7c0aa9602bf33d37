namespace Dit.Core.Tests;

internal sealed class CallbackObserver(Action<TrainingProgress>? step = null, Action<long, string>? checkpoint = null) : ITrainingObserver
{
    public void OnStep(TrainingProgress progress) => step?.Invoke(progress);

    public void OnCheckpoint(long step, string path) => checkpoint?.Invoke(step, path);
}
