using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Whatever is predicted, its squared error counts as that of the flow's velocity does (SiT, section 2.3; its code: "velocity").</summary>
/// <remarks>On the noise (lambda / sigma)^2 with SiT's lambda = sigma sigma' - alpha' sigma^2 / alpha. On the velocity 1.</remarks>
public sealed class VelocityWeighting : DataWeighting
{
    /// <inheritdoc/>
    public override string ToString() => "as the velocity's";

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path) => Prediction.FlowVelocity.At(path).Determinant(path).square();
}
