namespace Dit.Diffusion.Tests.Timesteps;

/// <summary>Every density there is, alone and composed, by what it calls itself.</summary>
internal static class AllTimesteps
{
    private static readonly Dictionary<string, TimestepDensity> Densities = new TimestepDensity[]
    {
        new UniformTimesteps(),
        new LogitNormalTimesteps(),
        new LogitNormalTimesteps(-0.4),
        new LogitNormalTimesteps(0.8, 0.5),
        new ModeTimesteps(),
        new ModeTimesteps(-0.5),
        new ModeTimesteps(1.5),
        new CosMapTimesteps(),
        new UniformTimesteps().Shifted(3),
        new LogitNormalTimesteps().Shifted(0.5),
        new CosMapTimesteps().Within(0.001, 0.9),
        new LogitNormalTimesteps().MixedWithUniform(0.1),
        new ModeTimesteps().Stratified(),
        new LogitNormalTimesteps().Shifted(2).MixedWithUniform(0.3).Stratified(),
        new LogitNormalTimesteps().Stratified().MixedWithUniform(0.25).Within(0.1, 1).Shifted(1.5),
    }.ToDictionary(density => density.ToString()!);

    public static IEnumerable<string> Names => Densities.Keys;

    public static IEnumerable<Type> Types => Densities.Values.Select(density => density.GetType());

    public static TimestepDensity Get(string name) => Densities[name];
}
