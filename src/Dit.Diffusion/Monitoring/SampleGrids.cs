using System.Globalization;
using Dit.Core;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Draws from the same noise with each of several models and guidance scales, a picture for each: what a <see cref="SampleObserver"/> shows of a training.</summary>
/// <remarks><c>new SampleObserver(500, new SampleGrids(objective, sampler, noise, labels) { Models = [("ema", trainer.EmaModel)] }.Draw, [run])</c></remarks>
/// <param name="objective">What the models are trained with.</param>
/// <param name="sampler">The method. A stochastic one draws anew each time unless its <see cref="Sampler.Noise"/> is <see cref="SeededNoise"/>.</param>
/// <param name="noise">Where to start, N(0, 1), [B, C, H, W], on the models' device; it stays the caller's and must live as long.</param>
/// <param name="labels">The class of each sample, [B] int64, or another condition; likewise.</param>
public sealed class SampleGrids(DenoisingObjective objective, ISampler sampler, Tensor noise, Tensor? labels = null)
{
    private readonly DenoisingObjective _objective = objective ?? throw new ArgumentNullException(nameof(objective));
    private readonly ISampler _sampler = sampler ?? throw new ArgumentNullException(nameof(sampler));
    private readonly Tensor _noise = noise ?? throw new ArgumentNullException(nameof(noise));

    /// <value>The models by name, such as <c>("raw", model), ("ema", trainer.EmaModel)</c>.</value>
    public required IReadOnlyList<(string Name, DitModel Model)> Models { get; init; }

    /// <value>Scales of classifier-free guidance; 1 is none. Default only 1.</value>
    public IReadOnlyList<double> GuidanceScales { get; init; } = [1];

    /// <value>Within which distance of 0 the expected data is held at every step: 1 for pixels that stochastic samplers draw; <see langword="null"/>, the default: not at all.</value>
    public double? Clip { get; init; }

    /// <value>Images in a row. Default 8.</value>
    public int Columns { get; init; } = 8;

    /// <value>What decodes latents to images; <see langword="null"/>, the default, where the models draw pixels.</value>
    public ILatentCodec? Codec { get; init; }

    /// <summary>Draws. Model, modes and torch's random numbers are as before when it returns.</summary>
    /// <param name="step">Steps done, which change nothing.</param>
    /// <param name="cancellationToken">Looked at before every step of the sampler.</param>
    /// <returns>Pictures as PNG files: <c>samples/ema</c>, or <c>samples/ema guidance 2.5</c> where there are several scales.</returns>
    /// <exception cref="ArgumentException">Noise, labels and models do not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<(string Name, byte[] Png)> Draw(long step, CancellationToken cancellationToken)
    {
        var random = RandomState.Get();
        try
        {
            return [.. from model in Models from scale in GuidanceScales select (NameOf(model.Name, scale), Grid(model.Model, scale, cancellationToken))];
        }
        finally
        {
            random.Set();
        }
    }

    private byte[] Grid(DitModel model, double scale, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var plain = _objective.Denoiser(model, labels);
        Denoiser denoiser = scale == 1 ? plain : plain.Guided(scale);
        var samples = _sampler.Sample(Clip is { } limit ? denoiser.Clipped(limit) : denoiser, _noise, cancellationToken);     // [B, C, H, W]
        return Png.EncodeGrid(Codec?.Decode(samples) ?? samples, Columns);
    }

    private string NameOf(string model, double scale) =>
        GuidanceScales.Count == 1 ? $"samples/{model}" : string.Create(CultureInfo.InvariantCulture, $"samples/{model} guidance {scale:0.###}");
}
