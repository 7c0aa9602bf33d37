using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The first half of a dimension times the sigmoid of its second half.</summary>
public sealed class GLU : ParameterLessModule<Tensor, Tensor>
{
    internal GLU(long dim) : base(nameof(GLU)) => this.dim = dim;

    /// <summary>The dimension.</summary>
    public long dim { get; set; }

    /// <summary>Halves the dimension.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.glu(tensor, dim);
}
