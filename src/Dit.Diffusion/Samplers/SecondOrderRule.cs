namespace Dit.Diffusion;

/// <summary>How a DPM-Solver of order 2 weighs the difference of two expectations. Both are of the same order.</summary>
public enum SecondOrderRule
{
    /// <summary>As if it were the expectation in the middle of the step (Lu et al. 2022a, DPM-Solver-2).</summary>
    Midpoint,

    /// <summary>By the exact integral of a straight line; "heun" in diffusers.</summary>
    Exact,
}
