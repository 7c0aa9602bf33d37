using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>
/// The official hybrid loss on 1000 linear betas with learned variance, with times, noise and label dropout given: the mean
/// squared error of the noise plus the variational bound, whose mean takes no gradient.
/// </summary>
internal sealed class OfficialObjective : ITrainingObjective
{
    private const int Steps = 1000;
    private readonly double[] _beta = new double[Steps], _alphaBar = new double[Steps], _previous = new double[Steps], _logVariance = new double[Steps];

    public OfficialObjective()
    {
        var product = 1.0;
        for (var i = 0; i < Steps; i++)
        {
            _beta[i] = 1e-4 + (0.02 - 1e-4) * i / (Steps - 1);
            _previous[i] = product;
            _alphaBar[i] = product *= 1 - _beta[i];
        }
        for (var i = 0; i < Steps; i++)
        {
            var at = Math.Max(i, 1);                                             // the first variance is zero: the second stands in
            _logVariance[i] = Math.Log(_beta[at] * (1 - _previous[at]) / (1 - _alphaBar[at]));
        }
    }

    public Tensor? Times { get; set; }

    public Tensor? Noise { get; set; }

    public Tensor? Dropped { get; set; }

    /// <summary>Per image, after <see cref="Loss"/>.</summary>
    public (double[] Mse, double[] Vb) Terms { get; private set; }

    public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
    {
        var t = Times!;
        var noisy = At(i => Math.Sqrt(_alphaBar[i])) * images + At(i => Math.Sqrt(1 - _alphaBar[i])) * Noise!;
        var output = ((DitModel)model).forward(noisy, t, labels, Dropped).chunk(2, dim: 1);      // 2 x [B, C, H, W]: noise, variance
        var mse = Mean((Noise! - output[0]).square());                                          // [B]
        var vb = Bound(images, noisy, output[0].detach(), output[1]);                           // [B]
        Terms = (Doubles(mse), Doubles(vb));
        return (mse + vb).mean();
    }

    /// <summary>The bound's term in bits: a KL divergence, or at the first step a discretised likelihood.</summary>
    private Tensor Bound(Tensor clean, Tensor noisy, Tensor noise, Tensor variance)
    {
        var fraction = (variance + 1) / 2;
        var logVariance = fraction * At(i => Math.Log(_beta[i])) + (1 - fraction) * At(i => _logVariance[i]);
        var predicted = At(i => Math.Sqrt(1 / _alphaBar[i])) * noisy - At(i => Math.Sqrt(1 / _alphaBar[i] - 1)) * noise;
        var (trueMean, mean) = (Posterior(clean, noisy), Posterior(predicted, noisy));
        var trueLog = At(i => _logVariance[i]);
        var divergence = 0.5 * (-1 + logVariance - trueLog + (trueLog - logVariance).exp() + (trueMean - mean).square() * (-logVariance).exp());
        var terms = where(At(i => i).eq(0), -LogLikelihood(clean, mean, 0.5 * logVariance), divergence);
        return Mean(terms) / Math.Log(2);
    }

    private Tensor Posterior(Tensor clean, Tensor noisy) =>
        At(i => _beta[i] * Math.Sqrt(_previous[i]) / (1 - _alphaBar[i])) * clean
        + At(i => (1 - _previous[i]) * Math.Sqrt(1 - _beta[i]) / (1 - _alphaBar[i])) * noisy;

    /// <summary>Of bins of width 2/255, the outermost open.</summary>
    private static Tensor LogLikelihood(Tensor x, Tensor mean, Tensor logDeviation)
    {
        var centred = x - mean;
        var inverse = (-logDeviation).exp();
        var above = Cdf(inverse * (centred + 1.0 / 255));
        var below = Cdf(inverse * (centred - 1.0 / 255));
        var inner = (above - below).clamp_min(1e-12).log();
        return where(x.lt(-0.999), above.clamp_min(1e-12).log(), where(x.gt(0.999), (1 - below).clamp_min(1e-12).log(), inner));
    }

    private static Tensor Cdf(Tensor x) => 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh());

    private static Tensor Mean(Tensor values) => values.mean([1, 2, 3]);

    /// <summary>A coefficient per image, [B, 1, 1, 1], computed in double precision.</summary>
    private Tensor At(Func<int, double> coefficient)
    {
        using var host = Times!.cpu();
        var values = host.data<long>().Select(i => (float)coefficient((int)i)).ToArray();
        return tensor(values, [values.Length, 1, 1, 1]).to(Times!.device);
    }

    private static double[] Doubles(Tensor values) => [.. values.detach().to(float64).cpu().data<double>()];
}
