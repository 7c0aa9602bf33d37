namespace Dit.Data.Tests;

/// <summary>The same plan for every image.</summary>
internal sealed class FixedCrop(CropPlan plan) : IImageCrop
{
    public CropPlan Plan(int height, int width, Random random) => plan;
}
