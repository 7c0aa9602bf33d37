using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Every squared error counts as it is, whatever the network predicts: the simple loss (Ho et al. 2020, section 3.4), and flow matching's.</summary>
public sealed class ConstantWeighting : ILossWeighting
{
    /// <inheritdoc/>
    public Tensor Weight(PathCoefficients path, Prediction prediction) => ones_like(path.Alpha);

    /// <inheritdoc/>
    public override string ToString() => "constant";
}
