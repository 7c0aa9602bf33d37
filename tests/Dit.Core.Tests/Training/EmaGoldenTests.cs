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

    private sealed class Parameters : nn.Module
    {
        public Parameters(Dictionary<string, Tensor> initial) : base(nameof(Parameters))
        {
            foreach (var (name, value) in initial)
                register_parameter(name, new Parameter(value.clone()));
        }
    }
}
