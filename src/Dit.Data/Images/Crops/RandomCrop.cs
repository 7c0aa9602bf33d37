namespace Dit.Data;

/// <summary>One bicubic resize until the image just covers the size, of which a random window is kept.</summary>
/// <param name="height">Rows of the result.</param>
/// <param name="width">Columns of the result.</param>
public sealed class RandomCrop(int height, int width) : IImageCrop
{
    private readonly CenterCrop _cover = new(height, width);

    /// <param name="size">The side of the square result.</param>
    public RandomCrop(int size) : this(size, size)
    {
    }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var plan = _cover.Plan(height, width, random);
        var window = plan.Window;
        var top = random.Next(plan.Height - window.Height + 1);
        var left = random.Next(plan.Width - window.Width + 1);
        return plan with { Window = window with { Top = top, Left = left } };
    }
}
