using System.Globalization;
using Dit.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>The average of parameters against the official script's numbers.</summary>
[Trait("Category", "Golden")]
public sealed class EmaGoldenTests
{
    public static TheoryData<string> Decays
    {
        get
        {
            using var golden = Golden.Open("ema");
            return [.. golden.Keys.Where(k => k.StartsWith("official.", StringComparison.Ordinal)).Select(k => k[..k.LastIndexOf('.')]).Distinct()];
        }
    }

    [Theory, MemberData(nameof(Decays))]
    public void Averages(string name)
    {
        using var golden = Golden.Open("ema");
        using var scope = NewDisposeScope();
        var initial = golden.Under("init.");
        using var model = new Parameters(initial);
        using var average = new ExponentialMovingAverage(model, double.Parse(name["official.decay".Length..], CultureInfo.InvariantCulture));
        var history = initial.Keys.ToDictionary(k => k, _ => new List<Tensor>());
        for (var i = 0; i < golden.Config.GetProperty("steps").GetInt32(); i++)
        {
            Models.Assign(model, initial.Keys.ToDictionary(k => k, k => golden[$"seq.{k}"][i]));
            average.Update(model);
            foreach (var (key, value) in average.Averages)
                history[key].Add(value.clone());
        }
        foreach (var (key, values) in history)
            golden.AssertClose($"{name}.{key}", stack(values));
    }

    public static TheoryData<string> DiffusersProfiles
    {
        get
        {
            using var golden = Golden.Open("ema");
            return [.. golden.Config.GetProperty("diffusers").EnumerateObject().Select(p => p.Name)];
        }
    }

    [Theory, MemberData(nameof(DiffusersProfiles))]
    public void Profiles_of_diffusers(string name)
    {
        using var golden = Golden.Open("ema");
        using var scope = NewDisposeScope();
        var config = golden.Config.GetProperty("diffusers").GetProperty(name);
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;
        var profile = new WarmupEma
        {
            Rate = Number("decay", 0.9999), Least = Number("min_decay", 0), After = (long)Number("update_after_step", 0), InverseGamma = Number("inv_gamma", 1),
            Power = config.TryGetProperty("use_ema_warmup", out var warmup) && warmup.GetBoolean() ? Number("power", 2.0 / 3) : null,
        };
        golden.AssertClose($"diffusers.{name}.decay_at", tensor(new[] { 1, 2, 10, 100, 1000, 10_000, 100_000, 1_000_000L }.Select(profile.Decay).ToArray()), abs: 1e-12);

        var initial = golden.Under("init.");
        using var model = new Parameters(initial);
        using var average = new ExponentialMovingAverage(model, profile);
        var (history, decays) = (initial.Keys.ToDictionary(k => k, _ => new List<Tensor>()), new List<double>());
        for (var i = 0; i < golden.Config.GetProperty("steps").GetInt32(); i++)
        {
            Models.Assign(model, initial.Keys.ToDictionary(k => k, k => golden[$"seq.{k}"][i]));
            average.Update(model);
            decays.Add(profile.Decay(average.Updates));
            foreach (var (key, value) in average.Averages)
                history[key].Add(value.clone());
        }
        golden.AssertClose($"diffusers.{name}.decays", tensor(decays.ToArray()), abs: 1e-12);
        foreach (var (key, values) in history)
            golden.AssertClose($"diffusers.{name}.{key}", stack(values));
    }

    private sealed class Parameters : nn.Module
    {
        public Parameters(Dictionary<string, Tensor> initial) : base(nameof(Parameters))
        {
            foreach (var (name, value) in initial)
                register_parameter(name, new Parameter(value.clone()));
        }
    }
}
