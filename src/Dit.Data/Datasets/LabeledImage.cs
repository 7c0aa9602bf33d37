namespace Dit.Data;

/// <summary>One element of a data set.</summary>
/// <remarks>What a model is conditioned on is one tensor per batch: the attributes where an image has any, else its class.</remarks>
/// <param name="Image">The pixels.</param>
/// <param name="Label">The class, from 0; null where a data set has no classes (then for all its images).</param>
public readonly record struct LabeledImage(PixelImage Image, long? Label = null)
{
    /// <summary>Several conditions at once, such as CelebA's attributes from 0 (absent) to 1 (present); empty where there are none.</summary>
    /// <remarks>All images of a data set have equally many. A NaN says that the condition of this image is not known.</remarks>
    public ReadOnlyMemory<float> Attributes { get; init; }
}
