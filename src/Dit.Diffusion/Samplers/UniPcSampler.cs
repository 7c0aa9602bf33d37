using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>UniPC, a predictor and a corrector (Zhao et al. 2023, algorithms 5 and 6): every evaluation improves the state that it was made at.</summary>
/// <remarks>
/// One network evaluation a step: the corrector uses that of the step which follows. Error O(h^(order + 1)) in the log signal-to-noise ratio, without
/// the corrector O(h^order). For 5 to 15 steps. The predictor of order 2 is <see cref="DpmSolver"/> of order 2. A step shows its predicted state.
/// </remarks>
public sealed class UniPcSampler : Sampler
{
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="order">1, 2 or 3. Default 2, best under guidance; 3 is for unguided models.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the order is another.</exception>
    public UniPcSampler(int steps, int order = 2) : base(steps)
    {
        if (order is < 1 or > 3) throw new ArgumentOutOfRangeException(nameof(order), order, "UniPC is of order 1, 2 (the default) or 3.");
        (Order, Grid) = (order, TimeGrid.Trailing);
    }

    /// <summary>How many evaluations the predictor looks at; the corrector looks at one more.</summary>
    public int Order { get; }

    /// <summary>What is integrated. Default: the data.</summary>
    public SolverForm Form { get; init; }

    /// <summary>The function B(h). Default: e^h - 1.</summary>
    public UniPcVariant Variant { get; init; }

    /// <summary>Whether the last steps are of lower order: the last of order 1, the one before of at most 2. Default: yes.</summary>
    public bool LowersFinalOrders { get; init; } = true;

    /// <summary>The steps, from 0, whose states are not corrected; under strong guidance the first few. Default: none.</summary>
    public IReadOnlyCollection<int> Uncorrected { get; init; } = [];

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
        var value = ExponentialStep.Expectation(Form, run.Denoiser, x, t);                      // [B, C, H, W]
        if (run.Index > 0 && !Uncorrected.Contains(run.Index - 1)) x = Corrected(run, x, t, value);
        var step = ExponentialStep.Between(run.Schedule, t, next, Form);
        var nodes = Predictors(run, step, run.History, run.Index);
        var state = step.Advance(x, value, nodes, PredictorWeights(step, nodes));
        run.Remember(t, value, depth: Order);
        return state;
    }

    /// <summary>The end of the step before with the expectation there among its nodes, found from its end without: what they share cancels.</summary>
    private Tensor Corrected(SamplerRun run, Tensor x, double t, Tensor value)
    {
        var (time, start) = run.History[0];
        var step = ExponentialStep.Between(run.Schedule, time, t, Form);
        var nodes = Predictors(run, step, run.History.Skip(1), run.Index - 1);
        ExponentialStep.Node[] all = [.. nodes, new(1, value)];
        var weights = all.Length == 1 ? [HalfB(step)] : step.ExactWeights(all);
        var change = ExponentialStep.Slopes(start, all, weights);
        if (nodes.Length > 0) change -= ExponentialStep.Slopes(start, nodes, PredictorWeights(step, nodes));
        return x - step.Scale * change;
    }

    private ExponentialStep.Node[] Predictors(SamplerRun run, ExponentialStep step, IEnumerable<(double Time, Tensor Value)> history, int index)
    {
        var order = !double.IsFinite(step.Length) ? 1 : LowersFinalOrders ? Math.Min(Order, run.Count - index) : Order;
        return step.Earlier(history, run.Schedule, order - 1);
    }

    private double[] PredictorWeights(ExponentialStep step, ExponentialStep.Node[] nodes) => nodes.Length == 1 ? [HalfB(step)] : step.ExactWeights(nodes);

    private double HalfB(ExponentialStep step) => (Variant == UniPcVariant.Bh1 && double.IsFinite(step.Rate) ? step.Rate : step.Phi(0)) / 2;
}
