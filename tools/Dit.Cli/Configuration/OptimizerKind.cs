namespace Dit.Cli;

/// <summary>The optimizers by name.</summary>
internal enum OptimizerKind
{
    /// <summary>AdamW, the official DiT's.</summary>
    AdamW,

    /// <summary>Adam.</summary>
    Adam,

    /// <summary>Stochastic gradient descent.</summary>
    Sgd,
}
