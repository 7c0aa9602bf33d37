using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>How much the squared error of an image counts at its time.</summary>
/// <remarks>
/// A weighting is a statement about one kind of prediction, mostly the data or the noise. Converted to the prediction that the network makes it is the
/// same statement, so a network learns the same with every prediction.
/// </remarks>
public interface ILossWeighting
{
    /// <summary>The weights of squared errors.</summary>
    /// <param name="path">Coefficients of the path at the times of the images.</param>
    /// <param name="prediction">The prediction whose squared error is weighed.</param>
    /// <returns>Weights, at least 0, that broadcast with the times; the caller owns them. They may be infinite at an end of the path.</returns>
    Tensor Weight(PathCoefficients path, Prediction prediction);
}
