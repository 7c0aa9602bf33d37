using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The coefficients of a path x_t = alpha x_0 + sigma eps at many times, as tensors that broadcast with those times.</summary>
/// <param name="Alpha">alpha(t), the coefficient of the data.</param>
/// <param name="Sigma">sigma(t), the coefficient of the noise.</param>
/// <param name="AlphaDerivative">d alpha / dt.</param>
/// <param name="SigmaDerivative">d sigma / dt.</param>
public readonly record struct PathCoefficients(Tensor Alpha, Tensor Sigma, Tensor AlphaDerivative, Tensor SigmaDerivative)
{
    internal PathCoefficients MoveToOuterDisposeScope() => new(
        Alpha.MoveToOuterDisposeScope(), Sigma.MoveToOuterDisposeScope(), AlphaDerivative.MoveToOuterDisposeScope(), SigmaDerivative.MoveToOuterDisposeScope());

    internal static PathCoefficients FromHost(INoiseSchedule schedule, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var times = t.detach().to(ScalarType.Float64, CPU).reshape(-1).data<double>().ToArray();
        Tensor Evaluate(Func<double, double> coefficient) =>
            tensor(Array.ConvertAll(times, time => coefficient(time)), t.shape).to(t.dtype, t.device).MoveToOuterDisposeScope();

        return new(Evaluate(schedule.Alpha), Evaluate(schedule.Sigma), Evaluate(schedule.AlphaDerivative), Evaluate(schedule.SigmaDerivative));
    }
}
