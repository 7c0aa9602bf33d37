using static Dit.Core.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class DiagonalGaussianTests
{
    [Fact]
    public void Log_variances_are_clamped_and_the_moments_are_not()
    {
        using var scope = NewDisposeScope();
        var moments = tensor(new float[] { 1, 2, -100, 100 }, [1, 4, 1, 1]);
        using var x = new DiagonalGaussian(moments);
        Assert.Equal([-30f, 20f], x.LogVariance.data<float>().ToArray());
        Assert.True(x.Moments.Equals(moments));
        Assert.Equal(Math.Exp(10), x.Deviation[0, 1, 0, 0].item<float>(), 1);
    }

    [Fact]
    public void Divergence_from_itself_is_zero_and_from_the_standard_normal_is_the_special_case()
    {
        using var scope = NewDisposeScope();
        using var x = new DiagonalGaussian(randn([3, 4, 5, 2], float64, generator: new Generator(1)));
        using var standard = new DiagonalGaussian(zeros(3, 4, 5, 2, float64));
        Assert.True(x.KullbackLeibler(x).allclose(zeros(3, float64), 0, 1e-12));
        Assert.True(x.KullbackLeibler(standard).allclose(x.KullbackLeibler(), 1e-12, 1e-12));
        Assert.True(standard.KullbackLeibler(x).gt(0).all().item<bool>());
    }

    /// <summary>KL(p || q) is the mean of log p - log q over draws from p, whose deviation falls with their number.</summary>
    [Fact]
    public void Divergence_is_the_mean_difference_of_the_likelihoods()
    {
        const int Draws = 20_000;
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        using var p = new DiagonalGaussian(randn([1, 4, 3], float64, generator: generator).expand(Draws, 4, 3));
        using var q = new DiagonalGaussian((randn([1, 4, 3], float64, generator: generator) * 0.5).expand(Draws, 4, 3));
        var x = p.Sample(generator);
        var differences = q.NegativeLogLikelihood(x) - p.NegativeLogLikelihood(x);                  // [Draws]
        var error = differences.mean() - p.KullbackLeibler(q)[0];
        Assert.InRange(error.item<double>(), -5 * Deviation(), 5 * Deviation());

        double Deviation() => differences.std().item<double>() / Math.Sqrt(Draws);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        using var x = new DiagonalGaussian(zeros(2, 4, 3, 3));
        using var other = new DiagonalGaussian(zeros(2, 2, 3, 3));
        Refuses("moments", () => new DiagonalGaussian(zeros(2, 3, 4, 4)), "[2, 3, 4, 4]", "[B, 2C, ...]");
        Refuses("moments", () => new DiagonalGaussian(zeros(2, 4, 4, 4, int64)), "Int64");
        Refuses("moments", () => new DiagonalGaussian(zeros(4)), "[4]");
        Refuses("noise", () => x.Sample(zeros(1, 2, 3, 3)), "[1, 2, 3, 3]", "[2, 2, 3, 3]");
        Refuses("values", () => x.NegativeLogLikelihood(zeros(2, 2, 3)), "[2, 2, 3]");
        Refuses("other", () => x.KullbackLeibler(other), "[2, 1, 3, 3]");
        Assert.Throws<ArgumentNullException>("moments", () => new DiagonalGaussian(null!));
        Assert.Throws<ArgumentNullException>("noise", () => x.Sample((Tensor)null!));
        Assert.Throws<ArgumentNullException>("other", () => x.KullbackLeibler(null!));
    }
}
