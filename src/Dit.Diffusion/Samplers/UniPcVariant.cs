namespace Dit.Diffusion;

/// <summary>The function B(h) of UniPC (Zhao et al. 2023, section 3.3), which only matters where one difference is weighed.</summary>
public enum UniPcVariant
{
    /// <summary>B(h) = e^h - 1. The better one with few steps and under guidance.</summary>
    Bh2,

    /// <summary>B(h) = h.</summary>
    Bh1,
}
