namespace Dit.Diffusion;

/// <summary>What the network predicts. Every kind is a combination of the data x_0 and the noise eps, so each converts to any other.</summary>
public enum Prediction
{
    /// <summary>The velocity of the path, d x_t / dt = alpha' x_0 + sigma' eps: flow matching. On the straight path, eps - x_0.</summary>
    FlowVelocity,

    /// <summary>The noise, eps (Ho et al. 2020).</summary>
    Epsilon,

    /// <summary>The data, x_0.</summary>
    Sample,

    /// <summary>v = alpha eps - sigma x_0 (Salimans and Ho 2022).</summary>
    V,

    /// <summary>The score, grad log p(x_t) = -eps / sigma (Song et al. 2021).</summary>
    Score,
}
