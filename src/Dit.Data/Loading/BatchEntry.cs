namespace Dit.Data;

/// <summary>What a batch takes of an image.</summary>
/// <param name="Image">The pixels; null where they have been written into the <see cref="PixelBatch.Slot"/>.</param>
/// <param name="Label">As <see cref="LabeledImage.Label"/>.</param>
/// <param name="Attributes">As <see cref="LabeledImage.Attributes"/>.</param>
internal readonly record struct BatchEntry(PixelImage? Image, long? Label, ReadOnlyMemory<float> Attributes);
