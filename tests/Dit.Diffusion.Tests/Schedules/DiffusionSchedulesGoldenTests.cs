using System.Globalization;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

/// <summary>Every table of the official GaussianDiffusion, whole and respaced: none is kept here, each follows from alpha and sigma.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusionSchedulesGoldenTests
{
    [Fact]
    public void Every_table()
    {
        using var golden = Golden.Open("diffusion_schedules");
        using var scope = NewDisposeScope();
        foreach (var key in golden.Keys) golden.AssertClose(key, tensor(Table(golden, key)), abs: 1e-15);
    }

    private static double[] Table(Golden golden, string key)
    {
        int Config(string name) => golden.Config.GetProperty(name).GetInt32();
        var parts = key.Split('.');
        if (parts[0] == "get_beta_schedule")
        {
            var other = golden.Config.GetProperty("other");
            return [.. DiscreteSchedule.Named(parts[1], other.GetProperty("steps").GetInt32(),
                other.GetProperty("beta_start").GetDouble(), other.GetProperty("beta_end").GetDouble()).Betas];
        }

        var steps = Config(parts[1] == "small" ? "small_steps" : "diffusion_steps");
        var schedule = parts[0] == "linear" ? DiscreteSchedule.Linear(steps) : DiscreteSchedule.Named(parts[0], steps);
        var grid = parts[1].StartsWith("respaced_", StringComparison.Ordinal) ? parts[1]["respaced_".Length..] : $"{steps}";
        return Column(schedule, Times(schedule, grid), parts[2]);
    }

    /// <summary>The rising times of the kept steps, after that of the data.</summary>
    private static double[] Times(DiscreteSchedule schedule, string grid)
    {
        var count = grid.Replace("ddim", "", StringComparison.Ordinal).Split('_').Sum(part => int.Parse(part, CultureInfo.InvariantCulture));
        return [.. TimeGrid.Respaced(grid.Replace('_', ',')).Times(count, schedule).Reverse()];
    }

    private static double[] Column(DiscreteSchedule schedule, double[] times, string name)
    {
        double[] Steps(Func<double, double> of) => [.. times.Skip(1).Select(of)];
        double[] Posteriors(Func<Posterior, double> of) => [.. times.Skip(1).Zip(times, (t, s) => of(Posterior.Between(schedule, t, s)))];
        double AlphaBar(double t) => Math.Pow(schedule.Alpha(t), 2);
        double Variance(double t) => Math.Pow(schedule.Sigma(t), 2);
        return name switch
        {
            "betas" => Posteriors(p => p.ForwardVariance),
            "alphas_cumprod" => Steps(AlphaBar),
            "alphas_cumprod_prev" => [1, .. Steps(AlphaBar).SkipLast(1)],
            "alphas_cumprod_next" => [.. Steps(AlphaBar).Skip(1), 0],
            "sqrt_alphas_cumprod" => Steps(schedule.Alpha),
            "sqrt_one_minus_alphas_cumprod" => Steps(schedule.Sigma),
            "log_one_minus_alphas_cumprod" => Steps(t => Math.Log(Variance(t))),
            "sqrt_recip_alphas_cumprod" => Steps(t => 1 / schedule.Alpha(t)),
            "sqrt_recipm1_alphas_cumprod" => Steps(t => schedule.Sigma(t) / schedule.Alpha(t)),
            "posterior_variance" => Posteriors(p => p.Variance),
            "posterior_log_variance_clipped" => Clipped(Posteriors(p => Math.Log(p.Variance))),
            "posterior_mean_coef1" => Posteriors(p => p.OfClean),
            "posterior_mean_coef2" => Posteriors(p => p.OfState),
            "timestep_map" => Steps(schedule.NetworkTime),
            _ => throw new NotSupportedException(name),
        };
    }

    private static double[] Clipped(double[] logVariances) => [logVariances[1], .. logVariances.Skip(1)];
}
