namespace Dit.Torch;

/// <summary>The activations that <see cref="FusedOps.Mlp"/> applies to a product before it is written to memory.</summary>
public enum FusedActivation
{
    /// <summary>GELU in its tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).</summary>
    GeluTanh,

    /// <summary>GELU with the error function: x Phi(x) = 0.5 x (1 + erf(x / sqrt(2))).</summary>
    Gelu,

    /// <summary>x sigmoid(x).</summary>
    SiLU,

    /// <summary>max(x, 0).</summary>
    ReLU,
}
