using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Scales the loss for float16 and adapts the factor: PyTorch's GradScaler, for hosts with a loop of their own, too.</summary>
/// <remarks>
/// A step is <c>scaler.Scale(loss).backward(); var finite = scaler.Unscale(gradients); if (finite) optimizer.step(); scaler.Update(finite);</c>,
/// with gradient clipping after <see cref="Unscale"/>.
/// </remarks>
public sealed class LossScaler
{
    private readonly LossScaling _settings;

    /// <summary>Starts at the first factor.</summary>
    /// <param name="settings">How the factor changes; by default as in PyTorch.</param>
    /// <exception cref="ArgumentException">The settings are not valid.</exception>
    public LossScaler(LossScaling? settings = null)
    {
        _settings = settings ?? new();
        var problems = new Problems(nameof(LossScaling));
        _settings.Validate(problems);
        problems.ThrowIfAny();
        Factor = _settings.InitialScale;
    }

    /// <value>What the loss is multiplied by. Set it when a training is restored.</value>
    public double Factor { get; set; }

    /// <value>Steps in a row without an overflow since the factor last changed. Set it when a training is restored.</value>
    public int StepsWithoutOverflow { get; set; }

    /// <summary>The loss to go backward from.</summary>
    /// <param name="loss">Scalar, float32.</param>
    /// <returns>Scalar, float32, which the caller owns.</returns>
    public Tensor Scale(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss * Factor;  // []
    }

    /// <summary>Divides gradients by the factor, in place. It waits for their device.</summary>
    /// <param name="gradients">Gradients of a scaled loss, at least one, all on one device.</param>
    /// <returns>Whether all of them are finite; otherwise the step must be left out.</returns>
    public bool Unscale(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var gradient in gradients)
            gradient.mul_(1 / Factor);
        return double.IsFinite(FusedOps.ClipGradNorm(gradients, double.PositiveInfinity).to(float64).item<double>());
    }

    /// <summary>Adapts the factor after a step: lower after an overflow, higher after many steps without.</summary>
    /// <param name="finite">What <see cref="Unscale"/> said.</param>
    public void Update(bool finite)
    {
        if (!finite)
            (Factor, StepsWithoutOverflow) = (Factor * _settings.BackoffFactor, 0);
        else if (++StepsWithoutOverflow == _settings.GrowthInterval)
        {
            StepsWithoutOverflow = 0;
            if (float.IsFinite((float)(Factor * _settings.GrowthFactor)))
                Factor *= _settings.GrowthFactor;
        }
    }
}
