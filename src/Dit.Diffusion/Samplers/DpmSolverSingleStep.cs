using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>DPM-Solver++, single-step (Lu et al. 2022b, algorithm 1; DPM-Solver-2 and -3 of Lu et al. 2022a): a Runge-Kutta method over groups of steps.</summary>
/// <remarks>
/// Every <see cref="Order"/> steps are a group: the first is Euler's, each later one starts at the group's beginning again and uses all evaluations since.
/// So one network evaluation a step, as many in all as steps. The states inside a group are stages, of lower order. A step from pure noise
/// or to the data itself is a group of its own. <see cref="DpmSolver"/> is usually better with as many evaluations.
/// </remarks>
public sealed class DpmSolverSingleStep : Sampler
{
    /// <param name="steps">How many steps, which is network evaluations, at least 1.</param>
    /// <param name="order">1, 2 or 3. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the order is another.</exception>
    public DpmSolverSingleStep(int steps, int order = 2) : base(steps)
    {
        if (order is < 1 or > 3) throw new ArgumentOutOfRangeException(nameof(order), order, "DPM-Solver is of order 1, 2 (the default) or 3.");
        (Order, Grid) = (order, TimeGrid.Trailing);
    }

    /// <summary>The order, and the number of steps in a group.</summary>
    public int Order { get; }

    /// <summary>What is integrated. Default: the data, as DPM-Solver++ does.</summary>
    public SolverForm Form { get; init; }

    /// <summary>Whether the last stage uses only the group's first and last evaluation (the default, and the papers' way) or all of them exactly.</summary>
    public SecondOrderRule Rule { get; init; }

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
        var stage = Stage(run);
        if (stage == 0) run.Remember(t, x, depth: 1);                                           // a new group: its state, then its expectations
        var (start, state) = run.History[^1];
        (double Time, Tensor Value)[] values = [(t, ExponentialStep.Expectation(Form, run.Denoiser, x, t)), .. run.History.SkipLast(1)];
        if (stage + 1 < Order) run.Remember(t, values[0].Value, depth: stage + 2);

        var step = ExponentialStep.Between(run.Schedule, start, next, Form);
        var nodes = step.Earlier(values[..^1], run.Schedule, Rule == SecondOrderRule.Midpoint ? Math.Min(stage, 1) : stage);
        var weights = Rule == SecondOrderRule.Midpoint && stage == 1 ? [step.Phi(0) / 2] : step.ExactWeights(nodes);
        return step.Advance(state, values[^1].Value, nodes, weights);
    }

    /// <summary>The place of a step in its group, from 0.</summary>
    private int Stage(SamplerRun run)
    {
        var first = double.IsFinite(run.Schedule.LogSnr(run.Times[0])) ? 0 : 1;
        var end = double.IsFinite(run.Schedule.LogSnr(run.Times[^1])) ? run.Count : run.Count - 1;
        return run.Index < first || run.Index >= end ? 0 : (run.Index - first) % Order;
    }
}
