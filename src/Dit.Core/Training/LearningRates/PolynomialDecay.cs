namespace Dit.Core;

/// <summary>The learning rate falls as a power of the steps that are left; with power 1 along a line.</summary>
public sealed record PolynomialDecay : LearningRateSchedule
{
    /// <summary>A fall over a number of steps.</summary>
    /// <param name="steps">Steps after the warm-up until the least rate is reached.</param>
    /// <param name="power">The power, above 0. Default 1, a line.</param>
    public PolynomialDecay(long steps, double power = 1) => (Steps, Power) = (steps, power);

    /// <value>Steps after the warm-up until the least rate is reached.</value>
    public long Steps { get; init; }

    /// <value>The power of the steps that are left.</value>
    public double Power { get; init; }

    /// <value>The factor at the end. Default 0.</value>
    public double Least { get; init; }

    /// <inheritdoc/>
    public override double Factor(long step) => Least + (1 - Least) * Math.Pow(1 - Progress(step, Steps), Power);

    internal override void Validate(Problems problems)
    {
        problems.Require(Steps > 0, $"PolynomialDecay.Steps is {Steps}; it must be positive.");
        problems.Require(Power > 0 && double.IsFinite(Power), Problems.Invariant($"PolynomialDecay.Power is {Power}; it must be positive."));
        problems.Require(Least is >= 0 and <= 1, Problems.Invariant($"PolynomialDecay.Least is {Least}; it must be from 0 to 1."));
    }
}
