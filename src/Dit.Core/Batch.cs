using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Images and what they are conditioned on. Whoever holds a batch owns its tensors and disposes it.</summary>
/// <param name="images">Images, [B, C, H, W], float32, usually in [-1, 1].</param>
/// <param name="labels">Conditions: class ids, [B], int64, or attributes, [B, A], float32; <see langword="null"/> where there are none.</param>
/// <param name="features">Features of the clean images, [B, T, F]; <see langword="null"/> where there are none.</param>
public sealed class Batch(Tensor images, Tensor? labels = null, Tensor? features = null) : IDisposable
{
    /// <value>Images, [B, C, H, W], float32, usually in [-1, 1].</value>
    public Tensor Images { get; } = images ?? throw new ArgumentNullException(nameof(images));

    /// <value>Conditions: class ids, [B], int64, or attributes, [B, A], float32; <see langword="null"/> where there are none.</value>
    public Tensor? Labels { get; } = labels;

    /// <value>
    /// Features of the clean images by a pretrained encoder, one per token of the model, [B, T, F], for representation alignment; <see langword="null"/>
    /// where there are none.
    /// </value>
    public Tensor? Features { get; } = features;

    /// <value>Number of images.</value>
    public long Count => Images.shape[0];

    /// <summary>Some of the images, with what belongs to them: views of the tensors.</summary>
    internal Batch Part(long start, long count) => new(Images.narrow(0, start, count), Labels?.narrow(0, start, count), Features?.narrow(0, start, count));

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels?.Dispose();
        Features?.Dispose();
    }
}
