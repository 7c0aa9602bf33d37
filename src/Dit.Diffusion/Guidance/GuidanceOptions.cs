namespace Dit.Diffusion;

/// <summary>How classifier-free guidance strengthens the conditions (Ho and Salimans 2021), with what has been learned since.</summary>
public sealed record GuidanceOptions
{
    /// <summary>How strongly: 1 is the plain conditional network at its plain cost, 1.5 to 4 are usual, 0 ignores the conditions. Default 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>A scale of its own for each sample, in place of <see cref="Scale"/>. Default null.</summary>
    public IReadOnlyList<double>? SampleScales { get; init; }

    /// <summary>
    /// How many channels to guide, from the first; the others are those of the conditional prediction. Default null: all. The official DiT's sampling
    /// guides 3 of 4 by an oversight, which its published figures contain.
    /// </summary>
    public int? Channels { get; init; }

    /// <summary>
    /// The times within which to guide, (From, To] (Kynkäänniemi et al. 2024); elsewhere the network is conditional only and evaluated once. Default
    /// (0, 1], everywhere; (0, 0.7] spares the noisiest part.
    /// </summary>
    public (double From, double To) Interval { get; init; } = (0, 1);

    /// <summary>How far to bring each sample's deviation back to that of the conditional prediction (Lin et al. 2024, section 3.4). In [0, 1]; default 0, 0.7 is usual.</summary>
    public double Rescale { get; init; }

    /// <summary>Scales the unconditional prediction to fit the conditional one best before they are compared (CFG-Zero*, Fan et al. 2025). Default false.</summary>
    public bool FitsUnconditional { get; init; }

    /// <summary>
    /// The velocity is 0 above this time, where the first steps' prediction is worse than none (CFG-Zero*). For networks that predict
    /// <see cref="Prediction.FlowVelocity"/>. Default 1: never; 0.96 leaves out the first 4 %.
    /// </summary>
    public double ZeroAbove { get; init; } = 1;

    /// <summary>Evaluates the two halves one after the other instead of as one batch of twice the size, for less memory. Default false.</summary>
    public bool TwoPasses { get; init; }

    /// <summary>Checks the options against each other and the network.</summary>
    internal GuidanceOptions Validate(NetworkDenoiser denoiser)
    {
        InRange(nameof(Scale), Scale, double.IsFinite(Scale) && Scale >= 0, "it must be finite and not negative; 1 means no guidance");
        foreach (var scale in SampleScales ?? [])
            InRange(nameof(SampleScales), scale, double.IsFinite(scale) && scale >= 0, "each must be finite and not negative; 1 means no guidance");
        InRange(nameof(Channels), Channels ?? 1, Channels is null or >= 1, "guide at least one; null guides all");
        InRange(nameof(Interval), Interval, Interval.From >= 0 && Interval.From < Interval.To && Interval.To <= 1, "it must be (from, to] with 0 <= from < to <= 1");
        InRange(nameof(Rescale), Rescale, Rescale is >= 0 and <= 1, "it must be from 0 (not at all) to 1 (fully)");
        InRange(nameof(ZeroAbove), ZeroAbove, ZeroAbove is > 0 and <= 1, "it must be above 0 and at most 1 (never)");
        if (SampleScales is { } scales && denoiser.Labels is { } labels && scales.Count != labels.shape[0])
            throw new ArgumentException($"There are {scales.Count} SampleScales for {labels.shape[0]} samples. Give one for each.");
        if (ZeroAbove < 1 && denoiser.Prediction != Prediction.FlowVelocity)
            throw new ArgumentException($"ZeroAbove needs a network that predicts velocities, and this one predicts {denoiser.Prediction}. Leave it at 1.");
        return this;
    }

    private static void InRange(string option, object value, bool condition, string rule)
    {
        if (!condition) throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; {rule}.");
    }
}
