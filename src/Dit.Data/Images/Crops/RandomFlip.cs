namespace Dit.Data;

/// <summary>Any crop, mirrored left to right with a probability.</summary>
public sealed class RandomFlip : IImageCrop
{
    private readonly IImageCrop _crop;
    private readonly double _probability;

    /// <param name="crop">The crop.</param>
    /// <param name="probability">How often its result is mirrored, 0 to 1.</param>
    public RandomFlip(IImageCrop crop, double probability = 0.5)
    {
        ArgumentNullException.ThrowIfNull(crop);
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability is 0 to 1.");
        (_crop, _probability) = (crop, probability);
    }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var plan = _crop.Plan(height, width, random);
        return random.NextDouble() < _probability ? plan with { Mirror = !plan.Mirror } : plan;
    }
}
