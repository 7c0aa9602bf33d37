namespace Dit.Core;

/// <summary>An estimate of the memory that tensors take, in bytes. What libraries and the system need comes on top.</summary>
public sealed record MemoryEstimate
{
    /// <value>The float32 weights.</value>
    public required long Weights { get; init; }

    /// <value>A gradient for each trained weight.</value>
    public long Gradients { get; init; }

    /// <value>AdamW's two moments of each trained weight.</value>
    public long Optimizer { get; init; }

    /// <value>The averaged weights.</value>
    public long Average { get; init; }

    /// <value>What the forward pass keeps for backward; with bfloat16 also the copies of the weights that the products take.</value>
    public long Activations { get; init; }

    /// <value>What comes and goes while a block is computed; with activation checkpointing also what that block keeps meanwhile.</value>
    public required long Working { get; init; }

    /// <value>
    /// The most at one time. Activations and gradients are not summed: backward frees the former as it makes the latter, and a step starts
    /// by freeing the gradients of the last.
    /// </value>
    public long Peak => Weights + Optimizer + Average + Math.Max(Activations, Gradients) + Working;
}
