using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>max(x, 0).</summary>
public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
{
    internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.relu(tensor, inplace);
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class ReLU6 : ParameterLessModule<Tensor, Tensor>
{
    internal ReLU6(bool inplace) : base(nameof(ReLU6)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.relu6(tensor, inplace);
}

/// <summary>x where positive, negative_slope x elsewhere.</summary>
public sealed class LeakyReLU : ParameterLessModule<Tensor, Tensor>
{
    internal LeakyReLU(double negative_slope, bool inplace) : base(nameof(LeakyReLU)) =>
        (this.negative_slope, this.inplace) = (negative_slope, inplace);

    /// <summary>The slope for negative values.</summary>
    public double negative_slope { get; set; }

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.leaky_relu(tensor, negative_slope, inplace);
}

/// <summary>x where positive, alpha (exp(x) - 1) elsewhere.</summary>
public sealed class ELU : ParameterLessModule<Tensor, Tensor>
{
    internal ELU(double alpha, bool inplace) : base(nameof(ELU)) =>
        (this.alpha, this.inplace) = (alpha, inplace);

    /// <summary>The negative of the limit at minus infinity.</summary>
    public double alpha { get; set; }

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.elu(tensor, alpha, inplace);
}

/// <summary>max(x, 0) + min(0, alpha (exp(x / alpha) - 1)).</summary>
public sealed class CELU : ParameterLessModule<Tensor, Tensor>
{
    internal CELU(double alpha, bool inplace) : base(nameof(CELU)) =>
        (this.alpha, this.inplace) = (alpha, inplace);

    /// <summary>The negative of the limit at minus infinity.</summary>
    public double alpha { get; set; }

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.celu(tensor, alpha, inplace);
}

/// <summary>The self-normalising exponential linear unit.</summary>
public sealed class SELU : ParameterLessModule<Tensor, Tensor>
{
    internal SELU(bool inplace) : base(nameof(SELU)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.selu(tensor, inplace);
}

/// <summary>x sigmoid(x).</summary>
public sealed class SiLU : ParameterLessModule<Tensor, Tensor>
{
    internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.silu(tensor, inplace);
}

/// <summary>x tanh(softplus(x)).</summary>
public sealed class Mish : ParameterLessModule<Tensor, Tensor>
{
    internal Mish(bool inplace) : base(nameof(Mish)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.mish(tensor, inplace);
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : ParameterLessModule<Tensor, Tensor>
{
    internal Tanh(bool inplace) : base(nameof(Tanh)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.tanh(tensor, inplace);
}

/// <summary>1 / (1 + exp(-x)).</summary>
public sealed class Sigmoid : ParameterLessModule<Tensor, Tensor>
{
    internal Sigmoid(bool inplace) : base(nameof(Sigmoid)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.sigmoid(tensor, inplace);
}

/// <summary>log(sigmoid(x)).</summary>
public sealed class LogSigmoid : ParameterLessModule<Tensor, Tensor>
{
    internal LogSigmoid() : base(nameof(LogSigmoid)) { }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.logsigmoid(tensor);
}

/// <summary>x relu6(x + 3) / 6.</summary>
public sealed class Hardswish : ParameterLessModule<Tensor, Tensor>
{
    internal Hardswish(bool inplace) : base(nameof(Hardswish)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.hardswish(tensor, inplace);
}

/// <summary>relu6(x + 3) / 6.</summary>
public sealed class Hardsigmoid : ParameterLessModule<Tensor, Tensor>
{
    internal Hardsigmoid(bool inplace) : base(nameof(Hardsigmoid)) => this.inplace = inplace;

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.hardsigmoid(tensor, inplace);
}

/// <summary>x held between two values.</summary>
public sealed class Hardtanh : ParameterLessModule<Tensor, Tensor>
{
    internal Hardtanh(double min_val, double max_val, bool inplace) : base(nameof(Hardtanh)) =>
        (this.min_val, this.max_val, this.inplace) = (min_val, max_val, inplace);

    /// <summary>The least value.</summary>
    public double min_val { get; set; }

    /// <summary>The greatest value.</summary>
    public double max_val { get; set; }

    /// <summary>Whether the input is overwritten.</summary>
    public bool inplace { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.hardtanh(tensor, min_val, max_val, inplace);
}

/// <summary>log(1 + exp(beta x)) / beta, linear above the threshold.</summary>
public sealed class Softplus : ParameterLessModule<Tensor, Tensor>
{
    internal Softplus(double beta, double threshold) : base(nameof(Softplus)) =>
        (this.beta, this.threshold) = (beta, threshold);

    /// <summary>The steepness.</summary>
    public double beta { get; set; }

    /// <summary>beta x above which the function is linear.</summary>
    public double threshold { get; set; }

    /// <summary>Any shape to the same shape.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor) => functional.softplus(tensor, beta, threshold);
}
