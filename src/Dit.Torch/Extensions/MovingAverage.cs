using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>An average that follows parameters: shadow = decay shadow + (1 - decay) parameter.</summary>
/// <param name="Shadows">The averages.</param>
/// <param name="Parameters">The parameters, in the same order.</param>
/// <param name="Decay">From 0 (copy) to 1 (keep).</param>
public readonly record struct MovingAverage(IReadOnlyList<Tensor> Shadows, IReadOnlyList<Tensor> Parameters, double Decay)
{
    internal void Validate()
    {
        if (Shadows.Count != Parameters.Count)
            throw new ArgumentException($"There are {Shadows.Count} averages, but {Parameters.Count} parameters.", nameof(Parameters));
        if (Decay is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Decay), Decay, "The decay must be from 0 to 1.");
    }
}
