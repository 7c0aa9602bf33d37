using Dit.Core;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>Draws images with a model: the same seed and condition give the same image in any batch.</summary>
/// <param name="model">The model.</param>
/// <param name="objective">What it was trained with.</param>
/// <param name="codec">The autoencoder; null for pixels.</param>
/// <param name="config">How.</param>
internal sealed class Artist(DitModel model, DenoisingObjective objective, AutoencoderKL? codec, SamplingConfig config)
{
    private const double UsualGuidance = 2;

    /// <value>The strength of guidance that is used.</value>
    public double Guidance => config.Guidance ?? (model.Config.HasNullClass ? UsualGuidance : 1);

    /// <summary>Draws a batch, step by step.</summary>
    /// <param name="conditions">One for each image; none for a model without.</param>
    /// <param name="seeds">One for each image.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    public IEnumerable<SamplerStep> Steps(Conditions conditions, IReadOnlyList<ulong> seeds, CancellationToken cancellationToken)
    {
        var device = model.parameters().First().device;
        using var y = conditions.ToTensor(device);                                                                 // [B], [B, V] or [B, L, V]; null for none
        var noise = new SeededNoise(seeds);
        var (height, width) = model.Config.ImageSize;
        using var initial = noise.Initial(model.Config.Channels, height, width);                                   // [B, C, H, W]
        using var start = initial.to(device);
        foreach (var step in config.Sampler.Create(config.Steps, noise).Steps(Denoiser(y), start))
        {
            yield return step;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Draws a batch.</summary>
    /// <returns>Images, [B, 1 or 3, H, W], on the model's device, which the caller owns.</returns>
    public Tensor Draw(Conditions conditions, IReadOnlyList<ulong> seeds, CancellationToken cancellationToken)
    {
        foreach (var step in Steps(conditions, seeds, cancellationToken))
            if (step.Index == step.Count - 1) return codec.Images(step.Sample);
        throw new InvalidOperationException("The sampler ended before its last step.");
    }

    private Denoiser Denoiser(Tensor? conditions)
    {
        var denoiser = objective.Denoiser(model, conditions);
        if (Guidance == 1) return denoiser;
        if (conditions is null || !model.Config.HasNullClass)
            throw new UsageException("The model cannot be guided: it has no conditions, or never learned to do without (labelDropout = 0). Use --guidance 1.");
        return denoiser.Guided(Guidance);
    }
}
