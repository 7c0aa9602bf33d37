using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Zero mean and unit variance of each channel: over the batch in training, by running statistics in evaluation.</summary>
public abstract class BatchNorm : NormBase
{
    /// <summary>Creates the parameters and statistics.</summary>
    /// <param name="num_features">The number of channels, C.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of a new batch in the running statistics.</param>
    /// <param name="affine">Whether there are a scale and a shift.</param>
    /// <param name="track_running_stats">Whether there are running statistics.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="dtype">Their type.</param>
    /// <param name="name">The module's name.</param>
    public BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name) { }

    /// <summary>[B, C, ...] to the same shape.</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ValidateInputDimensions(input);
        var rate = momentum ?? 0;
        if (training && track_running_stats && num_batches_tracked is { } tracked)
        {
            using (no_grad()) tracked.add_(1);
            rate = momentum ?? 1.0 / tracked.item<long>();
        }
        var useBatch = training || running_mean is null;
        var keep = !training || track_running_stats;
        return functional.batch_norm(input, keep ? running_mean : null, keep ? running_var : null, weight, bias, useBatch, rate, eps);
    }

    /// <summary>Throws unless the input has one of two numbers of dimensions.</summary>
    private protected static void Expect(Tensor input, int least, int most)
    {
        if (input.dim() < least || input.dim() > most)
            throw new ArgumentException($"{(least == most ? $"{least}" : $"{least} or {most}")} dimensions are wanted, not {input.dim()}.", nameof(input));
    }
}

/// <summary>Batch normalisation of [B, C] or [B, C, L].</summary>
public sealed class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d)) { }

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input) => Expect(input, 2, 3);
}

/// <summary>Batch normalisation of [B, C, H, W].</summary>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d)) { }

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input) => Expect(input, 4, 4);
}
