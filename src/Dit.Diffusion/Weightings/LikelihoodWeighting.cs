using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// lambda / sigma^2 on the noise, lambda = sigma sigma' - alpha' sigma^2 / alpha: the loss bounds the likelihood (Song et al. 2021, "Maximum likelihood
/// training"; SiT's code: "likelihood").
/// </summary>
/// <remarks>Infinite at both ends of most paths: draw times <see cref="TimestepExtensions.Within"/> (0.001, 0.999).</remarks>
public sealed class LikelihoodWeighting : DataWeighting
{
    /// <inheritdoc/>
    public override string ToString() => "likelihood";

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path) => path.Alpha / path.Sigma * Prediction.FlowVelocity.At(path).Determinant(path);
}
