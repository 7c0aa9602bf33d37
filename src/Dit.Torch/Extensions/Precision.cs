namespace Dit.Torch;

/// <summary>The number format of a model's matrix products.</summary>
public enum Precision
{
    /// <summary><see cref="BFloat16"/> where the device has it in hardware, else <see cref="Float32"/>.</summary>
    Auto,

    /// <summary>Single precision throughout.</summary>
    Float32,

    /// <summary>Products in bfloat16 through <see cref="Autocast"/>; weights, losses and sums stay in single precision.</summary>
    BFloat16,

    /// <summary>
    /// Products in float16 through <see cref="Autocast"/>, on CUDA only: libtorch has none on the processor. Its gradients need a scaled loss, which
    /// Dit.Core's trainer sees to.
    /// </summary>
    Float16,
}
