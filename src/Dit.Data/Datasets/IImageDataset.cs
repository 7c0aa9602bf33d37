namespace Dit.Data;

/// <summary>A fixed, indexed collection of images.</summary>
/// <remarks>
/// <see cref="Read(int)"/> is called from several threads at once when a <see cref="BatchLoader"/> has several workers, and gives
/// the same image for the same index every time. All images of a data set that is batched have one size. What else is known about
/// the images has a default, so that <see cref="Count"/> and <see cref="Read(int)"/> are all that a data set must have.
/// </remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>Reads one image.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    LabeledImage Read(int index);

    /// <summary>Reads one image and crops it. Data sets of files decode no more of a file than the crop keeps.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="crop">What is kept, and in which size.</param>
    /// <param name="random">The source of the crop's choices.</param>
    LabeledImage Read(int index, IImageCrop crop, Random random)
    {
        var sample = Read(index);
        return sample with { Image = sample.Image.Crop(crop, random) };
    }

    /// <summary>Reads the file of an image and leaves it as it is, for a loader to decode it straight into its batch; null (the default) where there is none.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <returns>What decodes to the same as <see cref="Read(int)"/>, with its label and attributes.</returns>
    EncodedImage? ReadFile(int index) => null;

    /// <summary>Height and width of an image. Data sets of files read no more than a file's header.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    (int Height, int Width) SizeOf(int index)
    {
        var image = Read(index).Image;
        return (image.Height, image.Width);
    }

    /// <summary>Where an image comes from, such as its file; for errors and reports.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    string NameOf(int index) => $"image {index}";

    /// <summary>The class of an image. Data sets that know it without reading the image say so here.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    long? LabelOf(int index) => Read(index).Label;

    /// <summary>The name of each class, in the order of the labels; empty where classes have none.</summary>
    IReadOnlyList<string> ClassNames => [];

    /// <summary>The name of each of <see cref="LabeledImage.Attributes"/>; empty where there are none.</summary>
    IReadOnlyList<string> AttributeNames => [];

    /// <summary>What was found wrong, and left out, when the data set was opened.</summary>
    IReadOnlyList<DatasetProblem> Problems => [];
}
