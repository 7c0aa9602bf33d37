using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>2 / (pi (1 - 2 sigma + 2 sigma^2)) on whatever is predicted (diffusers' SD3 training: "cosmap").</summary>
/// <remarks>With uniform times it is the density of <see cref="CosMapTimesteps"/> as a weight. One or the other, not both.</remarks>
public sealed class CosMapWeighting : ILossWeighting
{
    /// <inheritdoc/>
    public Tensor Weight(PathCoefficients path, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        return (2 / (Math.PI * (1 - 2 * path.Sigma + 2 * path.Sigma.square()))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => "cosine map";
}
