namespace Dit.Core;

/// <summary>What other systems do differently from the paper, so that their checkpoints load. New models need none of it.</summary>
public sealed record DitQuirks
{
    /// <value>Scores are divided by the root of the number of tokens, not of the head's width (the panda, owenliang). Default <see langword="false"/>.</value>
    public bool ScoresScaledByTokens { get; init; }

    /// <value>Patches go through a convolution to p p C channels and then a product (the panda, owenliang). Default <see langword="false"/>.</value>
    public bool TwoStepPatches { get; init; }

    /// <value>The norms have gains and biases although they are modulated (the panda, owenliang). Default <see langword="false"/>.</value>
    public bool AffineNorms { get; init; }

    /// <value>What the norms add to the variance. Default 1e-6.</value>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <value>What the blocks apply to the conditioning first. Default <see cref="Activation.SiLU"/>.</value>
    public Activation BlockActivation { get; init; } = Activation.SiLU;

    /// <value>What the final layer applies to the conditioning first. Default <see cref="Activation.SiLU"/>.</value>
    public Activation FinalActivation { get; init; } = Activation.SiLU;

    /// <value>The final norm is not modulated (the panda, owenliang). Default <see langword="false"/>.</value>
    public bool PlainFinalLayer { get; init; }

    /// <value>The final layer computes a variance that the model does not return (SiT). Default <see langword="false"/>.</value>
    public bool UnusedVariance { get; init; }

    /// <value>What the weights start as. Default <see cref="InitialWeights.Official"/>.</value>
    public InitialWeights InitialWeights { get; init; }
}
