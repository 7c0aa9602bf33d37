using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>DPM-Solver++, multistep (Lu et al. 2022b, algorithm 2; "DPM++ 2M"), with its relatives: order 1 to 3, DPM-Solver of the noise, and the SDE.</summary>
/// <remarks>
/// One network evaluation a step. Error O(h^order) in the log signal-to-noise ratio. The first choice for 10 to 30 steps. Order 1 is
/// <see cref="DdimSampler"/>, and of the SDE <see cref="DdpmSampler"/>. A step from pure noise or to the data itself is of order 1, and so is the one
/// after the former, because the ratio there is infinite.
/// </remarks>
public sealed class DpmSolver : Sampler
{
    private const int FewSteps = 15;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="order">1, 2 or 3. Default 2; 3 is for unguided models.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the order is another.</exception>
    public DpmSolver(int steps, int order = 2) : base(steps)
    {
        if (order is < 1 or > 3) throw new ArgumentOutOfRangeException(nameof(order), order, "DPM-Solver is of order 1, 2 (the default) or 3.");
        (Order, Grid) = (order, TimeGrid.Trailing);
    }

    /// <summary>How many evaluations a step looks at, its own included.</summary>
    public int Order { get; }

    /// <summary>What is integrated. Default: the data, as DPM-Solver++ does.</summary>
    public SolverForm Form { get; init; }

    /// <summary>Whether the reverse SDE is solved, with new noise in every step, in place of the ODE ("DPM++ 2M SDE"). Default: no.</summary>
    public bool Stochastic { get; init; }

    /// <summary>How order 2 weighs the difference of the last two expectations. Default: the paper's way.</summary>
    public SecondOrderRule Rule { get; init; }

    /// <summary>
    /// Whether order 3 counts the curvature by half only, as the authors' code and diffusers do, which makes it one of order 2. To compare with these.
    /// Default: no.
    /// </summary>
    public bool HalvesCurvature { get; init; }

    /// <summary>Whether the last steps are of lower order: the last of order 1, the one before of at most 2. Null, the default: with fewer than 15 steps.</summary>
    public bool? LowersFinalOrders { get; init; }

    /// <inheritdoc/>
    protected override void Check(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ExponentialStep.Check(Form, Grid.Times(StepCount, denoiser.Schedule), denoiser.Schedule);
    }

    /// <inheritdoc/>
    protected override Tensor Advance(SamplerRun run, Tensor x, double t, double next)
    {
        ArgumentNullException.ThrowIfNull(run);
        var step = ExponentialStep.Between(run.Schedule, t, next, Form, Stochastic);
        var value = ExponentialStep.Expectation(Form, run.Denoiser, x, t);                      // [B, C, H, W]
        var nodes = step.Earlier(run.History, run.Schedule, OrderOf(run, step) - 1);
        var weights = Rule == SecondOrderRule.Midpoint && nodes.Length == 1 ? [step.Phi(0) / 2] : step.ExactWeights(nodes, HalvesCurvature);
        var state = step.Advance(x, value, nodes, weights);
        if (Order > 1) run.Remember(t, value, depth: Order - 1);
        return Stochastic ? state + step.Deviation * run.Noise(x) : state;
    }

    private int OrderOf(SamplerRun run, ExponentialStep step)
    {
        if (!double.IsFinite(step.Length)) return 1;
        return LowersFinalOrders ?? run.Count < FewSteps ? Math.Min(Order, run.Count - run.Index) : Order;
    }
}
