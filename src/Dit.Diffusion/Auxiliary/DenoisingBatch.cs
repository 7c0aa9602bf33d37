using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A batch as an <see cref="IAuxiliaryLoss"/> sees it. Its tensors belong to the objective.</summary>
public sealed class DenoisingBatch
{
    private readonly Func<int, Tensor?>? _hidden;

    internal DenoisingBatch(Tensor clean, Tensor? labels, Tensor t, Tensor noisy, Tensor prediction, Tensor target, Tensor? features, Func<int, Tensor?>? hidden) =>
        (Clean, Labels, T, Noisy, Prediction, Target, Features, _hidden) = (clean, labels, t, noisy, prediction, target, features, hidden);

    /// <summary>Data, [B, C, H, W], float32.</summary>
    public Tensor Clean { get; }

    /// <summary>Classes or other conditions as they were given to the network, [B, ...], or null.</summary>
    public Tensor? Labels { get; }

    /// <summary>Times, [B].</summary>
    public Tensor T { get; }

    /// <summary>What the network saw, x_t, [B, C, H, W].</summary>
    public Tensor Noisy { get; }

    /// <summary>What it predicts, [B, C, H, W], float32; a score times sigma.</summary>
    public Tensor Prediction { get; }

    /// <summary>What it should, [B, C, H, W].</summary>
    public Tensor Target { get; }

    /// <summary>What a pretrained encoder says of the clean images, [B, T, F] (<see cref="Core.Batch.Features"/>), or null.</summary>
    public Tensor? Features { get; }

    /// <summary>The output of a block that some auxiliary loss named.</summary>
    /// <param name="block">The block, from 0.</param>
    /// <returns>The images' tokens, row by row, [B, T, D], float32; the batch owns them.</returns>
    /// <exception cref="ArgumentException">No loss asked for this block.</exception>
    public Tensor Hidden(int block) => _hidden?.Invoke(block)
        ?? throw new ArgumentException($"The output of block {block} was not kept; name it in IAuxiliaryLoss.Block.", nameof(block));
}
