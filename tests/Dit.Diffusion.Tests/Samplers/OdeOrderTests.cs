using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>The exact velocity field of N(mu, s^2) data is known in closed form, so the error of a method is, too.</summary>
public class OdeOrderTests
{
    private static readonly Dictionary<Type, (double Order, int Evaluations)> Methods = new()
    {
        [typeof(EulerSampler)] = (1, 20),
        [typeof(HeunSampler)] = (2, 39),
    };

    public static TheoryData<Type> OdeSamplers =>
        [.. typeof(OdeSampler).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(OdeSampler)) && !type.IsAbstract)];

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Error_falls_with_the_order_of_the_method(Type method)
    {
        Assert.True(Methods.TryGetValue(method, out var known), $"Say the order of {method.Name} in this test.");
        var (coarse, fine) = (ErrorOf(Make(method, 20)), ErrorOf(Make(method, 40)));
        Assert.InRange(Math.Log2(coarse / fine), known.Order - 0.15, known.Order + 0.5);
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Evaluations_are_as_documented(Type method)
    {
        using var noise = randn(1, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0, 1);
        Make(method, 20).Sample(denoiser, noise).Dispose();
        Assert.Equal(Methods[method].Evaluations, denoiser.Evaluations);
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Data_of_one_point_is_reached_exactly_in_one_step(Type method)
    {
        using var scope = NewDisposeScope();
        var noise = randn(4, 1, 2, 2);
        Approximately.Equal(full_like(noise, 0.25), Make(method, 1).Sample(new GaussianDenoiser(0.25, 0), noise));
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void At_least_one_step_is_needed(Type method)
    {
        var error = Assert.Throws<System.Reflection.TargetInvocationException>(() => Make(method, 0)).InnerException;
        Assert.Equal("steps", Assert.IsType<ArgumentOutOfRangeException>(error).ParamName);
    }

    private static ISampler Make(Type method, int steps) => (ISampler)Activator.CreateInstance(method, steps)!;

    private static double ErrorOf(ISampler sampler)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var denoiser = new GaussianDenoiser(mean: 0.5, std: 0.3);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64, generator: generator);
        return (sampler.Sample(denoiser, noise) - denoiser.Exact(noise)).abs().mean().item<double>();
    }
}
