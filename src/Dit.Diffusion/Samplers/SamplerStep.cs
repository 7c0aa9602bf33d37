using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>One step of a sampler: the state it reached, and the data it then expected.</summary>
/// <remarks>
/// The stream that yields a step disposes its tensors when it goes on or is left, so a loop needs no <c>using</c> and runs in constant memory.
/// To hold a step for longer, <see cref="Keep"/> it or clone what is wanted of it.
/// </remarks>
public sealed class SamplerStep : IDisposable
{
    private bool _kept;

    /// <summary>A step whose tensors the stream will own, whatever scope they were made in.</summary>
    /// <param name="index">Which step, from 0.</param>
    /// <param name="count">How many there will be.</param>
    /// <param name="time">The time reached, in [0, 1].</param>
    /// <param name="sample">The state at that time.</param>
    /// <param name="predictedClean">The data expected during the step.</param>
    public SamplerStep(int index, int count, double time, Tensor sample, Tensor predictedClean)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(predictedClean);
        (Index, Count, Time) = (index, count, time);
        (Sample, PredictedClean) = (sample.DetachFromDisposeScope(), predictedClean.DetachFromDisposeScope());
    }

    /// <summary>Which step, from 0.</summary>
    public int Index { get; }

    /// <summary>How many steps the stream has.</summary>
    public int Count { get; }

    /// <summary>The time reached: 0 after the last step.</summary>
    public double Time { get; }

    /// <summary>The state at <see cref="Time"/>, [B, C, H, W].</summary>
    public Tensor Sample { get; }

    /// <summary>The data as the model last expected it during this step, [B, C, H, W]: what previews show.</summary>
    public Tensor PredictedClean { get; }

    /// <summary>Takes the tensors out of the stream's hands: they stay valid, and belong to the current dispose scope or to the caller.</summary>
    /// <returns>This step.</returns>
    public SamplerStep Keep()
    {
        if (_kept) return this;
        _kept = true;
        CurrentDisposeScope?.Attach(Sample, PredictedClean);
        return this;
    }

    /// <summary>Disposes the tensors, unless they were kept.</summary>
    public void Dispose()
    {
        if (_kept) return;
        Sample.Dispose();
        PredictedClean.Dispose();
    }
}
