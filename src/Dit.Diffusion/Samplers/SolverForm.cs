namespace Dit.Diffusion;

/// <summary>Which expectation an exponential integrator takes for a slowly varying function of the signal-to-noise ratio.</summary>
public enum SolverForm
{
    /// <summary>The data, x_0: DPM-Solver++ (Lu et al. 2022b). Stays stable under strong guidance, and may begin and end at infinite ratios.</summary>
    Data,

    /// <summary>The noise, eps: DPM-Solver (Lu et al. 2022a). Needs finite ratios at both ends of its grid.</summary>
    Noise,
}
