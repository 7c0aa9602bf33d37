namespace Dit.Diffusion;

public sealed partial class DiscreteSchedule
{
    /// <summary>DDPM's and the official DiT's: betas rise linearly (Ho et al. 2020), scaled so that every number of steps ends as noisy.</summary>
    /// <param name="steps">Number of steps, T.</param>
    public static DiscreteSchedule Linear(int steps = 1000) => Linear(steps, 1e-4 * 1000 / steps, 0.02 * 1000 / steps);

    /// <summary>Betas rise linearly.</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The first beta.</param>
    /// <param name="last">The last beta.</param>
    public static DiscreteSchedule Linear(int steps, double first, double last) => new(Linspace(steps, first, last));

    /// <summary>alpha^2 falls as the square of a cosine (Nichol and Dhariwal 2021), with betas of at most 0.999.</summary>
    /// <param name="steps">Number of steps, T.</param>
    public static DiscreteSchedule Cosine(int steps = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        static double AlphaBar(double u) => Math.Pow(Math.Cos((u + 0.008) / 1.008 * Math.PI / 2), 2);
        return new(Enumerable.Range(0, steps).Select(i => Math.Min(1 - AlphaBar((i + 1) / (double)steps) / AlphaBar(i / (double)steps), 0.999)));
    }

    private static IEnumerable<double> Linspace(int steps, double first, double last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Enumerable.Range(0, steps).Select(i => steps == 1 ? first : first + i * ((last - first) / (steps - 1)));
    }
}
