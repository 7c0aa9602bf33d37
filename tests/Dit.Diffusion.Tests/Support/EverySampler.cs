using System.Reflection;

namespace Dit.Diffusion.Tests;

/// <summary>Every method of the assembly, by name: whoever adds one, adds it to the tests that run over all.</summary>
internal static class EverySampler
{
    private static readonly Dictionary<string, ButcherTableau> Tables = typeof(ButcherTableau).GetProperties(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(property => property.Name, property => (ButcherTableau)property.GetValue(null)!);

    /// <summary>The names of Runge and Kutta's methods.</summary>
    public static IEnumerable<string> Tableaus => Tables.Keys;

    public static TheoryData<string> Names => [.. Of(typeof(ISampler))];

    public static TheoryData<string> Invertible => [.. Of(typeof(IInvertibleSampler))];

    public static ButcherTableau Tableau(string name) => Tables[name];

    /// <summary>Those of one kind: the name of the type, or of the type and its table.</summary>
    public static IEnumerable<string> Of(Type kind) => typeof(ISampler).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(kind) && !type.IsAbstract)
        .SelectMany(type => type == typeof(RungeKuttaSampler) ? Tables.Keys.Select(table => $"{type.Name} {table}") : [type.Name]);

    public static ISampler Make(string name, int steps, INoiseSource? noise = null)
    {
        var parts = name.Split(' ');
        var type = typeof(ISampler).Assembly.GetTypes().Single(type => type.Name == parts[0]);
        var sampler = (ISampler)(parts.Length > 1 ? new RungeKuttaSampler(steps, Tables[parts[1]]) : Construct(type, steps));
        if (noise is not null) type.GetProperty(nameof(Sampler.Noise))!.SetValue(sampler, noise);
        return sampler;
    }

    /// <summary>By the constructor that takes steps and otherwise has defaults.</summary>
    private static object Construct(Type type, int steps)
    {
        var constructor = type.GetConstructors()
            .SingleOrDefault(one => one.GetParameters() is [{ Name: "steps" }, ..] all && all.Skip(1).All(parameter => parameter.HasDefaultValue));
        Assert.True(constructor is not null, $"Say in {nameof(EverySampler)} how to make a {type.Name}.");
        return constructor.Invoke([steps, .. constructor.GetParameters().Skip(1).Select(parameter => parameter.DefaultValue)]);
    }
}
