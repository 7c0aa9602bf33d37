using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>exp(x) over its sum along a dimension.</summary>
public sealed class Softmax : ParameterLessModule<Tensor, Tensor>
{
    internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

    /// <summary>The dimension.</summary>
    public long dim { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.softmax(tensor, dim);
}

/// <summary>The logarithm of the softmax.</summary>
public sealed class LogSoftmax : ParameterLessModule<Tensor, Tensor>
{
    internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => this.dim = dim;

    /// <summary>The dimension.</summary>
    public long dim { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.log_softmax(tensor, dim);
}

/// <summary>The softmax of -x.</summary>
public sealed class Softmin : ParameterLessModule<Tensor, Tensor>
{
    internal Softmin(long dim) : base(nameof(Softmin)) => this.dim = dim;

    /// <summary>The dimension.</summary>
    public long dim { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.softmin(tensor, dim);
}
