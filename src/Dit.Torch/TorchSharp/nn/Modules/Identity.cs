using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The input itself, as another reference to it.</summary>
public sealed class Identity : ParameterLessModule<Tensor, Tensor>
{
    internal Identity() : base(nameof(Identity)) { }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => tensor.alias();
}
