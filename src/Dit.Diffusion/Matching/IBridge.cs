using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Noise of its own on the way between a noise and its data: x_t = alpha x_0 + sigma eps + s(t) z, with z ~ N(0, 1).</summary>
public interface IBridge
{
    /// <summary>The coefficient of the noise.</summary>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <returns>s(t), of the same shape; the caller owns it.</returns>
    Tensor Deviation(Tensor t);

    /// <summary>Its part in the velocity of the path.</summary>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <returns>ds / dt, of the same shape, held finite; the caller owns it.</returns>
    Tensor Derivative(Tensor t);
}
