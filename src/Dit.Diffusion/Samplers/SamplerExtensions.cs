using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What every sampler can do because it streams its steps.</summary>
public static class SamplerExtensions
{
    /// <summary>Runs a sampler to its end.</summary>
    /// <param name="sampler">The method.</param>
    /// <param name="denoiser">The model and its conditions.</param>
    /// <param name="noise">Where to start, N(0, 1), [B, C, H, W]; it is read, not changed.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>The samples, of the shape of <paramref name="noise"/>; the caller owns them.</returns>
    /// <exception cref="ArgumentException">The noise is not a batch of finite floating-point numbers, or does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public static Tensor Sample(this ISampler sampler, Denoiser denoiser, Tensor noise, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        cancellationToken.ThrowIfCancellationRequested();
        return Last(sampler.Steps(denoiser, noise), sampler, cancellationToken);
    }

    /// <summary>Runs a sampler upwards: finds the noise from which it draws given images.</summary>
    /// <param name="sampler">The method.</param>
    /// <param name="denoiser">The model and its conditions.</param>
    /// <param name="images">Data, [B, C, H, W]; it is read, not changed.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>The noise, of the shape of <paramref name="images"/>; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not a batch of finite floating-point numbers, or do not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public static Tensor Invert(this IInvertibleSampler sampler, Denoiser denoiser, Tensor images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        cancellationToken.ThrowIfCancellationRequested();
        return Last(sampler.InversionSteps(denoiser, images), sampler, cancellationToken);
    }

    private static Tensor Last(IEnumerable<SamplerStep> steps, ISampler sampler, CancellationToken cancellationToken)
    {
        foreach (var step in steps)
        {
            if (step.Index == step.Count - 1) return step.Sample.alias();          // the stream ends its own handle
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new InvalidOperationException($"{sampler.GetType().Name} ended before its last step.");
    }
}
