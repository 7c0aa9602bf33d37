namespace Dit.Data;

/// <summary>A fixed, indexed collection of images.</summary>
/// <remarks>
/// <see cref="Read"/> is called from several threads at once when a <see cref="BatchLoader"/> has several workers, and gives
/// the same image for the same index every time. All images of a data set that is batched have one size.
/// </remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>Reads one image.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    LabeledImage Read(int index);
}
