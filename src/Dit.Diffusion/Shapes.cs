namespace Dit.Diffusion;

internal static class Shapes
{
    /// <returns>As in [8, 3, 32, 32].</returns>
    public static string Print(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
