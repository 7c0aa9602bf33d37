namespace Dit.Core;

/// <summary>The learning rate falls along half a cosine (Loshchilov and Hutter 2017), once or, with restarts, several times.</summary>
public sealed record CosineDecay : LearningRateSchedule
{
    /// <summary>A fall over a number of steps.</summary>
    /// <param name="steps">Steps after the warm-up until the least rate is reached.</param>
    public CosineDecay(long steps) => Steps = steps;

    /// <value>Steps after the warm-up until the least rate is reached.</value>
    public long Steps { get; init; }

    /// <value>The factor at the end. Default 0.</value>
    public double Least { get; init; }

    /// <value>How many falls there are, each from the full rate. Default 1.</value>
    public int Cycles { get; init; } = 1;

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        var progress = Progress(step, Steps);
        var phase = progress >= 1 ? 1 : Cycles * progress % 1;
        return Least + (1 - Least) * 0.5 * (1 + Math.Cos(Math.PI * phase));
    }

    internal override void Validate(Problems problems)
    {
        problems.Require(Steps > 0, $"CosineDecay.Steps is {Steps}; it must be positive.");
        problems.Require(Least is >= 0 and <= 1, Problems.Invariant($"CosineDecay.Least is {Least}; it must be from 0 to 1."));
        problems.Require(Cycles > 0, $"CosineDecay.Cycles is {Cycles}; it must be positive.");
    }
}
