namespace Dit.Core;

/// <summary>Shows a training in TensorBoard: loss of steps and epochs, learning rate, gradient norm, throughput, waiting for data.</summary>
/// <remarks>
/// Curves are over steps. The loss of an epoch is the mean of its reported steps. A training that resumes in the same folder goes on
/// with the curves; what was written after the checkpoint it resumes from is hidden.
/// </remarks>
public sealed class TensorBoardObserver : ITrainingObserver, IDisposable
{
    private long _epoch;
    private long _step = -1;
    private double _sum;
    private long _count;

    /// <summary>Creates an event file in a folder.</summary>
    /// <param name="directory">The folder, usually the run's; it is created if missing.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public TensorBoardObserver(string directory) => Writer = new TensorBoardWriter(directory);

    /// <value>For what else is to be shown: pictures, distributions, settings, the model.</value>
    public TensorBoardWriter Writer { get; }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (_step < 0)
            Writer.AddSessionStart(progress.Step);
        if (progress.Epoch() != _epoch)
            EndEpoch();
        (_epoch, _step, _sum, _count) = (progress.Epoch(), progress.Step, _sum + progress.Loss, _count + 1);

        List<(string, double)> values =
        [
            ("loss/step", progress.Loss), ("optimizer/learning_rate", progress.LearningRate), ("throughput/images_per_second", progress.ImagesPerSecond),
            ("throughput/data_wait", progress.DataWait),
        ];
        if (!double.IsNaN(progress.GradientNorm))
            values.Add(("optimizer/gradient_norm", progress.GradientNorm));
        Writer.AddScalars(progress.Step, [.. values]);
        if (progress.EndsEpoch())
            EndEpoch();
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string path) => Writer.Flush();

    /// <summary>Closes the file.</summary>
    public void Dispose() => Writer.Dispose();

    private void EndEpoch()
    {
        if (_count > 0)
            Writer.AddScalar("loss/epoch", _sum / _count, _step);
        (_sum, _count) = (0, 0);
    }
}
