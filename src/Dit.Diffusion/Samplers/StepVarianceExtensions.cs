namespace Dit.Diffusion;

internal static class StepVarianceExtensions
{
    public static StepVariance Validated(this StepVariance variance) => Enum.IsDefined(variance)
        ? variance
        : throw new ArgumentOutOfRangeException(nameof(variance), variance, $"No such variance; there are {string.Join(", ", Enum.GetNames<StepVariance>())}.");
}
