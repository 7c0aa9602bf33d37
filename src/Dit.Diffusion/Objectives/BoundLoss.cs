namespace Dit.Diffusion;

/// <summary>What part the variational bound has in a loss. The names of the official code's loss types are in brackets.</summary>
public enum BoundLoss
{
    /// <summary>None: the network learns no variance.</summary>
    None,

    /// <summary>Error plus bound; the bound trains the variance only, its mean takes no gradient [MSE with learned variance; DiT's].</summary>
    Hybrid,

    /// <summary>As <see cref="Hybrid"/>, with the bound counting T / 1000 times (Nichol and Dhariwal 2021, equation 16) [RESCALED_MSE].</summary>
    RescaledHybrid,

    /// <summary>The bound alone, mean included [KL].</summary>
    Full,

    /// <summary>The bound alone, summed over the steps instead of averaged: T times <see cref="Full"/> [RESCALED_KL].</summary>
    RescaledFull,
}
