using System.Globalization;

namespace Dit.Diffusion;

/// <summary>A part of a discrete schedule's steps, as the official DiT writes it: <c>"ddim25"</c> or <c>"10,15,20"</c>.</summary>
internal sealed class RespacedGrid : TimeGrid
{
    private readonly string _spec;
    private readonly int? _strided;
    private readonly int[] _sections = [];

    public RespacedGrid(string spec)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(spec);
        _spec = spec;
        if (spec.StartsWith("ddim", StringComparison.Ordinal)) _strided = Number(spec[4..]);
        else _sections = [.. spec.Split(',').Select(Number)];
    }

    public override double[] Times(int steps, INoiseSchedule schedule)
    {
        if (schedule is not DiscreteSchedule discrete)
            throw new ArgumentException($"The grid '{_spec}' takes some steps of a discrete schedule, and {schedule.GetType().Name} is continuous. Use TimeGrid.Uniform.", nameof(schedule));
        var taken = _strided is { } count ? Respacing.Strided(discrete.StepCount, count) : Respacing.Sections(discrete.StepCount, _sections);
        if (taken.Length != steps)
            throw new ArgumentException($"The grid '{_spec}' has {taken.Length} steps, the sampler {steps}.", nameof(steps));
        return discrete.TimesOf(taken);
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"'{text}' is no number of steps; write a grid as \"ddim25\" or \"10,15,20\".", nameof(text));
}
