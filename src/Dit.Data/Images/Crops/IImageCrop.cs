namespace Dit.Data;

/// <summary>How training images are made of images of any size.</summary>
public interface IImageCrop
{
    /// <summary>Decides, from nothing but the size of an image and random numbers.</summary>
    /// <param name="height">Rows of the upright image.</param>
    /// <param name="width">Columns of the upright image.</param>
    /// <param name="random">The source of choices; the same numbers give the same plan.</param>
    CropPlan Plan(int height, int width, Random random);
}
