namespace Dit.Core;

/// <summary>How a time becomes a vector: sinusoids of <see cref="Scale"/> * t, then an MLP.</summary>
public sealed record TimeEncoding
{
    /// <value>Number of sinusoids. Default 256.</value>
    public int Width { get; init; } = 256;

    /// <value>
    /// What a time is multiplied by first. Default 1, as the official models take 0 to 999. A model that is given flow times from 0 to 1
    /// needs 1000 here or in the objective, not in both.
    /// </value>
    public double Scale { get; init; } = 1;

    /// <value>Whether the sines come before the cosines. Default <see langword="false"/>, as in the official models.</value>
    public bool SinesFirst { get; init; }

    /// <value>Whether the slowest sinusoid has exactly the longest period, 2 pi * 10,000. Default <see langword="false"/>: one step short of it.</value>
    public bool IncludesLongestPeriod { get; init; }

    /// <value>Between the MLP's products. Default <see cref="Activation.SiLU"/>.</value>
    public Activation Activation { get; init; } = Activation.SiLU;

    /// <value>Number of MLPs of two products each, one after the other. Default 1.</value>
    public int Mlps { get; init; } = 1;
}
