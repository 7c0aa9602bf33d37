namespace Dit.Diffusion.Tests.Schedules;

/// <summary>Every schedule there is, and some that a user could write, by name.</summary>
internal static class AllSchedules
{
    private static readonly Dictionary<string, INoiseSchedule> Schedules = new()
    {
        ["rectified flow"] = new RectifiedFlow(),
        ["trigonometric"] = new TrigonometricPath(),
        ["variance preserving"] = new VariancePreserving(),
        ["variance preserving, constant beta"] = new VariancePreserving(8, 8),
        ["EDM"] = new EdmPath(),
        ["conditional optimal"] = new ConditionalOptimalPath(0.01),
        ["shortcut"] = new ShortcutFlow(2),
        ["user's cosine"] = new CosinePath(),
        ["user's polynomial"] = new PolynomialPath(3),
        ["user's linear VP"] = new LinearVariancePreserving(),
        ["linear"] = DiscreteSchedule.Linear(),
        ["linear, 100 steps"] = DiscreteSchedule.Linear(100),
        ["scaled linear"] = DiscreteSchedule.ScaledLinear(),
        ["quadratic"] = DiscreteSchedule.Quadratic(),
        ["sigmoid betas"] = DiscreteSchedule.Sigmoid(),
        ["sigmoid"] = DiscreteSchedule.SigmoidAlphaBar(),
        ["cosine"] = DiscreteSchedule.Cosine(),
        ["constant"] = DiscreteSchedule.Constant(500, 0.02),
        ["warmup"] = DiscreteSchedule.Warmup(500, 0.1, 1e-4, 0.02),
        ["harmonic"] = DiscreteSchedule.Harmonic(100),
        ["linear, zero-terminal"] = DiscreteSchedule.Linear().WithZeroTerminalSnr(),
        ["cosine, zero-terminal"] = DiscreteSchedule.Cosine().WithZeroTerminalSnr(),
    };

    public static IEnumerable<string> Names => Schedules.Keys;

    public static IEnumerable<Type> Types => Schedules.Values.Select(schedule => schedule.GetType());

    public static INoiseSchedule Get(string name) => Schedules[name];

    /// <summary>Times in (0, 1) that lie between steps, where a discrete schedule has derivatives; the last within the last step.</summary>
    public static double[] Times(INoiseSchedule schedule)
    {
        var steps = schedule is DiscreteSchedule discrete ? discrete.StepCount : 100;
        return [.. Enumerable.Range(0, 20).Select(i => (Math.Round((i + 0.5) / 20 * steps) + 0.5) / steps), (steps - 0.5) / steps];
    }
}
