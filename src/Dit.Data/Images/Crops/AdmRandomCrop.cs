namespace Dit.Data;

/// <summary>ADM's random crop (random_crop_arr): the shorter side becomes a random length, and a random square is cut.</summary>
public sealed class AdmRandomCrop : IImageCrop
{
    private readonly int _shortest;
    private readonly int _longest;

    /// <param name="size">The side of the square result.</param>
    /// <param name="leastFraction">The least part of the shorter side that the square spans.</param>
    /// <param name="mostFraction">The most of it, at most 1.</param>
    public AdmRandomCrop(int size, double leastFraction = 0.8, double mostFraction = 1.0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (!(leastFraction > 0 && leastFraction <= mostFraction && mostFraction <= 1 && size / leastFraction < int.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(leastFraction), leastFraction, $"Fractions are 0 < least <= most ({mostFraction}) <= 1.");
        Size = size;
        (_shortest, _longest) = ((int)Math.Ceiling(size / mostFraction), (int)Math.Ceiling(size / leastFraction));
    }

    /// <summary>The side of the square result.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var plan = CropPlan.AdmReduction(height, width, random.Next(_shortest, _longest + 1));
        var top = random.Next(plan.Height - Size + 1);
        var left = random.Next(plan.Width - Size + 1);
        return plan with { Window = new(top, left, Size, Size) };
    }
}
