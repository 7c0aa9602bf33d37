namespace Dit.Diffusion;

/// <summary>How much noise a step of ancestral sampling adds where the network has not learned it (Ho et al. 2020, section 3.2).</summary>
public enum StepVariance
{
    /// <summary>That of q(x_s | x_t, x_0): right if the data is one point. "Fixed small".</summary>
    Posterior,

    /// <summary>That of q(x_t | x_s): right if the data is normal. "Fixed large".</summary>
    Forward,
}
