namespace Dit.Benchmarks;

/// <summary>What is timed.</summary>
internal enum Mode
{
    /// <summary>One training step: noising, forward, loss, backward, clipping, AdamW, EMA.</summary>
    Train,

    /// <summary>One guided Euler step: two network passes.</summary>
    Sample,
}
