namespace Dit.Core;

/// <summary>A place in a stream of batches.</summary>
/// <param name="Epoch">Number of the pass over the data, from 0.</param>
/// <param name="Batch">Number of the batch within the pass, from 0.</param>
public readonly record struct BatchPosition(long Epoch, long Batch);
