using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>1 / sigma^2 on whatever is predicted (diffusers' SD3 training: "sigma_sqrt").</summary>
/// <remarks>
/// On the data of the straight path this is the velocity's plain loss. On the velocity it adds to it and is infinite at the data: draw times
/// <see cref="TimestepExtensions.Within"/> (0.001, 1).
/// </remarks>
public sealed class InverseVarianceWeighting : ILossWeighting
{
    /// <inheritdoc/>
    public Tensor Weight(PathCoefficients path, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        return path.Sigma.pow(-2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => "1 / sigma^2";
}
