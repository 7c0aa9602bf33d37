namespace Dit.Core;

/// <summary>Is told how a training goes, on the training's thread. What it throws is logged and does not stop the training.</summary>
public interface ITrainingObserver
{
    /// <summary>A step is done. Which steps are reported is <see cref="DitTrainerOptions.ReportEvery"/>.</summary>
    /// <param name="progress">How the training stands.</param>
    void OnStep(TrainingProgress progress)
    {
    }

    /// <summary>A checkpoint is on the disk.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="path">The checkpoint's folder.</param>
    void OnCheckpoint(long step, string path)
    {
    }
}
