using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A weighting of the squared error of the data, converted to whatever the network predicts.</summary>
public abstract class DataWeighting : ILossWeighting
{
    /// <inheritdoc/>
    public Tensor Weight(PathCoefficients path, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        var error = prediction.At(path).Determinant(path).square();               // / sigma^2: the squared error for one of the data
        return (OfData(path) / error).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of (x_0 - its prediction)^2, times sigma^2, which keeps it finite at the data.</summary>
    /// <param name="path">Coefficients of the path at the times of the images.</param>
    /// <returns>sigma^2 w. Called within a dispose scope.</returns>
    protected abstract Tensor OfData(PathCoefficients path);
}
