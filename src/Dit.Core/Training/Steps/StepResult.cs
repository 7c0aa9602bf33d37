namespace Dit.Core;

/// <summary>What became of a step.</summary>
internal enum StepOutcome
{
    /// <summary>The weights have changed.</summary>
    Done,

    /// <summary>The scaled gradient is too large for float16, and the scale was lowered for it: the weights are as before.</summary>
    Overflow,

    /// <summary>The loss or the gradient is no number: the weights are as before.</summary>
    NotFinite,
}

/// <summary>A step's numbers.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Loss">Mean loss over the batch; NaN where it was not read.</param>
/// <param name="GradientNorm">Norm of all gradients together before they are scaled down to the largest norm; NaN where it was not read.</param>
internal readonly record struct StepResult(StepOutcome Outcome, double Loss, double GradientNorm);
