namespace Dit.Data;

/// <summary>The crop of the official DiT and ADM code (center_crop_arr): the same bytes as Pillow gives, for RGB and grey.</summary>
/// <remarks>
/// The official program ignores EXIF orientations and colour profiles and drops alpha; decode with <see cref="ImageDecodeOptions"/>
/// that switch the first two off to feed a model what it saw in training there.
/// </remarks>
public sealed class AdmCenterCrop : IImageCrop
{
    /// <param name="size">The side of the square result.</param>
    public AdmCenterCrop(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Size = size;
    }

    /// <summary>The side of the square result.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        var plan = CropPlan.AdmReduction(height, width, Size);
        return plan with { Window = ImageRegion.Centre(plan.Height, plan.Width, Size, Size) };
    }
}
