using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>How the learning rate changes over a training, apart from its warm-up: a factor for each step.</summary>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToBaseType)]
[JsonDerivedType(typeof(ConstantRate), "Constant")]
[JsonDerivedType(typeof(CosineDecay), "Cosine")]
[JsonDerivedType(typeof(InverseSquareRootDecay), "InverseSquareRoot")]
[JsonDerivedType(typeof(PolynomialDecay), "Polynomial")]
[JsonDerivedType(typeof(SequentialRates), "Sequential")]
[JsonDerivedType(typeof(StepDecay), "Step")]
public abstract record LearningRateSchedule
{
    /// <summary>The factor of a step.</summary>
    /// <param name="step">Steps since the warm-up ended, from 0.</param>
    /// <returns>What the learning rate is multiplied by; finite and not negative.</returns>
    public abstract double Factor(long step);

    internal virtual void Validate(Problems problems)
    {
    }

    /// <summary>How much of a span has passed, from 0 to 1.</summary>
    private protected static double Progress(long step, long steps) => Math.Clamp(step / (double)Math.Max(1, steps), 0, 1);
}
