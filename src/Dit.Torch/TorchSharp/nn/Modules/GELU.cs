using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>x Phi(x), with the distribution function of the normal distribution.</summary>
public sealed class GELU : ParameterLessModule<Tensor, Tensor>
{
    internal GELU(Approximate approximate, bool inplace) : base(nameof(GELU)) => (this.approximate, this.inplace) = (approximate, inplace);

    /// <summary>How the distribution function is computed.</summary>
    public enum Approximate
    {
        /// <summary>Exactly.</summary>
        none = 0,

        /// <summary>As (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
        tanh = 1,
    }

    /// <summary>How the distribution function is computed.</summary>
    public Approximate approximate { get; set; }

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.gelu(tensor, approximate, inplace);
}
