using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Any explicit Runge-Kutta method on the probability-flow ODE, in steps of the grid's size: midpoint, Heun 3, RK 4, ...</summary>
/// <remarks>
/// As many network evaluations a step as the method has stages. The last step to the data never asks for the velocity at t = 0, where networks were hardly
/// trained and some predict nothing: a method that would is replaced there, by Euler's up to the second order and by Heun's third-order one above.
/// </remarks>
public sealed class RungeKuttaSampler : OdeSampler
{
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="tableau">The method.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    public RungeKuttaSampler(int steps, ButcherTableau tableau) : base(steps)
    {
        ArgumentNullException.ThrowIfNull(tableau);
        Tableau = tableau;
    }

    /// <summary>The method.</summary>
    public ButcherTableau Tableau { get; }

    /// <summary>Whether the last step may ask for the velocity at t = 0, as torchdiffeq does and networks that predict it allow. Default false.</summary>
    public bool VelocityAtData { get; init; }

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        var method = next == 0 && !VelocityAtData ? Tableau.BeforeTheEnd : Tableau;
        return method.Step(denoiser.Velocity, x, t, next);
    }
}
