using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary><see cref="Combination"/> at many times.</summary>
/// <param name="Data">The weights of x_0; they broadcast with the times.</param>
/// <param name="Noise">The weights of eps.</param>
internal readonly record struct TensorCombination(Tensor Data, Tensor Noise)
{
    /// <summary>The error of this combination, with x_t known, is Determinant / sigma times the error of x_0, up to the sign.</summary>
    public Tensor Determinant(PathCoefficients path) => path.Alpha * Noise - path.Sigma * Data;

    /// <summary>The value of this combination from x_t and the value of the <paramref name="known"/> one: see <see cref="Combination.From"/>.</summary>
    public Tensor From(TensorCombination known, PathCoefficients path, Tensor state, Tensor value) =>
        ((Data * known.Noise - Noise * known.Data) * state + Determinant(path) * value) / known.Determinant(path);
}
