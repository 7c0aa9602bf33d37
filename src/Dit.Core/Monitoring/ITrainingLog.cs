namespace Dit.Core;

/// <summary>Keeps what is shown of a training beside its own numbers: further curves, pictures and distributions.</summary>
public interface ITrainingLog : IScalarLog
{
    /// <summary>Keeps a picture.</summary>
    /// <param name="name">What it shows, such as <c>samples/ema</c>.</param>
    /// <param name="png">The picture, a PNG file.</param>
    /// <param name="step">Steps done.</param>
    void AddImage(string name, byte[] png, long step);

    /// <summary>Keeps how values are distributed.</summary>
    /// <param name="name">What they are, such as <c>predictions</c>.</param>
    /// <param name="values">The values, in any order; those that are not finite are left out.</param>
    /// <param name="step">Steps done.</param>
    void AddHistogram(string name, ReadOnlySpan<float> values, long step);
}
