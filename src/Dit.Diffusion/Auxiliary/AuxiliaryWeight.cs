namespace Dit.Diffusion;

internal static class AuxiliaryWeight
{
    public static double Validated(double weight) => double.IsFinite(weight) && weight >= 0
        ? weight
        : throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight must be finite and not negative.");
}
