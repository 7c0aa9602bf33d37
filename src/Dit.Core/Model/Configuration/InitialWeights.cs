namespace Dit.Core;

/// <summary>What the weights of a new model are drawn from.</summary>
public enum InitialWeights
{
    /// <summary>The official DiT's: Xavier-uniform products, zero biases, modulations and final product zero.</summary>
    Official,

    /// <summary>PyTorch's own, but modulations and final product zero and patches Xavier-uniform (VachanVY's).</summary>
    Vachan,

    /// <summary>The official ones, but registers of deviation 1 (Just-a-DiT's).</summary>
    JustADit,

    /// <summary>PyTorch's own throughout, learned positions uniform in [0, 1) (the panda's, owenliang's).</summary>
    Torch,
}
