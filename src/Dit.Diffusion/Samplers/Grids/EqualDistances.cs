namespace Dit.Diffusion;

internal static class EqualDistances
{
    /// <returns>So many points from the first to the last, both included; one point is the first.</returns>
    public static IEnumerable<double> Points(int count, double first, double last) =>
        Enumerable.Range(0, count).Select(i => i == 0 ? first : i == count - 1 ? last : first + i * (last - first) / (count - 1));
}
