namespace Dit.Diffusion;

/// <summary>The times at which a sampler stops on its way from noise to data.</summary>
internal static class StepGrid
{
    /// <returns>N + 1 times at equal distances, from 1 to 0 exactly.</returns>
    public static double[] Uniform(int steps) => [.. Enumerable.Range(0, steps + 1).Select(i => (steps - i) / (double)steps)];
}
