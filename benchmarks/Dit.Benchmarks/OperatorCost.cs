using System.Diagnostics;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>What a call of an operator costs where the operator has next to nothing to do.</summary>
internal static class OperatorCost
{
    /// <summary>An operator that computes, and one that only makes a tensor.</summary>
    public static IReadOnlyList<string> Names { get; } = ["add", "detach"];

    /// <returns>Nanoseconds per call, including the result's disposal.</returns>
    public static double Nanoseconds(string name, int calls)
    {
        using Tensor a = ones(4), b = ones(4);
        Func<Tensor> call = name switch
        {
            "add" => () => a + b,
            "detach" => a.detach,
            _ => throw new ArgumentException($"There is no operator '{name}', only {string.Join(", ", Names)}.", nameof(name)),
        };
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < calls; i++) call().Dispose();
        return watch.Elapsed.TotalNanoseconds / calls;
    }
}
