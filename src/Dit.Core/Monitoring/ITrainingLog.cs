namespace Dit.Core;

/// <summary>Keeps what is shown of a training beside its own numbers: further curves, pictures and distributions. What a log has no place for it leaves out.</summary>
public interface ITrainingLog
{
    /// <summary>Keeps one point of each of several curves.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="values">The curves and their values. What stands before a slash groups curves, as in <c>held_out_loss/ema</c>.</param>
    void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
    }

    /// <summary>Keeps a picture.</summary>
    /// <param name="name">What it shows, such as <c>samples/ema</c>.</param>
    /// <param name="png">The picture, a PNG file.</param>
    /// <param name="step">Steps done.</param>
    void AddImage(string name, byte[] png, long step)
    {
    }

    /// <summary>Keeps how values are distributed.</summary>
    /// <param name="name">What they are, such as <c>predictions</c>.</param>
    /// <param name="values">The values, in any order; those that are not finite are left out.</param>
    /// <param name="step">Steps done.</param>
    void AddHistogram(string name, ReadOnlySpan<float> values, long step)
    {
    }
}
