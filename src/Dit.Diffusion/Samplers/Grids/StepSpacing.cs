namespace Dit.Diffusion;

/// <summary>Which of a discrete schedule's steps are taken: the timestep spacings of diffusers (Lin et al. 2024, table 2).</summary>
public enum StepSpacing
{
    /// <summary>Equal distances from the last step to the first, both included.</summary>
    Linspace,

    /// <summary>Every n-th step from the first; the last steps of the schedule are left out.</summary>
    Leading,

    /// <summary>Every n-th step down from the last: the one that a schedule without signal at its end needs.</summary>
    Trailing,
}
