namespace Dit.Diffusion;

/// <summary>How a stochastic sampler makes the step that reaches the data, where noise would be seen in the images (Ma et al. 2024, SiT, appendix).</summary>
public enum LastStep
{
    /// <summary>As any other, with noise.</summary>
    None,

    /// <summary>The mean of the method's step: its drift without noise.</summary>
    Mean,

    /// <summary>The data as the network expects it (Tweedie's formula).</summary>
    Tweedie,

    /// <summary>Euler's step on the ODE.</summary>
    Euler,
}
