using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What a difference between a prediction and its target costs.</summary>
public sealed class ErrorMeasure
{
    private readonly Func<Tensor, Tensor> _ofDifference;

    /// <param name="name">Its name, for messages.</param>
    /// <param name="ofDifference">The cost of every element of prediction - target, of the same shape.</param>
    public ErrorMeasure(string name, Func<Tensor, Tensor> ofDifference)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(ofDifference);
        (Name, _ofDifference) = (name, ofDifference);
    }

    /// <summary>The square (Ho et al. 2020, and nearly everyone since).</summary>
    public static ErrorMeasure Mse { get; } = new("MSE", difference => difference.square());

    /// <summary>The absolute value, as the panda's DiT is trained with: its optimum is the median, not the mean.</summary>
    public static ErrorMeasure L1 { get; } = new("L1", difference => difference.abs());

    /// <summary>Half the square up to a threshold and linear from there (Huber 1964): outliers count less.</summary>
    /// <param name="threshold">Where the line begins, above 0. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not finite or not above 0.</exception>
    public static ErrorMeasure Huber(double threshold = 1)
    {
        if (!double.IsFinite(threshold) || threshold <= 0)
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be finite and above 0.");
        return new("Huber", difference =>
        {
            var size = difference.abs();
            var inner = size.clamp_max(threshold);
            return 0.5 * inner.square() + threshold * (size - inner);
        });
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The cost of each element.</summary>
    /// <param name="prediction">[B, ...].</param>
    /// <param name="target">The same shape.</param>
    /// <returns>The same shape; the caller owns it.</returns>
    public Tensor Of(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        using var scope = NewDisposeScope();
        return _ofDifference(prediction - target).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
