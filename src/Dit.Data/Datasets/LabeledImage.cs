namespace Dit.Data;

/// <summary>One element of a data set.</summary>
/// <param name="Image">The pixels.</param>
/// <param name="Label">The class, from 0; null where a data set has no classes (then for all its images).</param>
public readonly record struct LabeledImage(PixelImage Image, long? Label = null);
