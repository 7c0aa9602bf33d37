using Dit.Torch;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an Adam step does in the same pass over memory: clipping before, averages after.</summary>
internal sealed class StepCompanions(Tensor? norm, double maxNorm, IReadOnlyList<MovingAverage> averages)
{
    private static readonly IEqualityComparer<Tensor> ByReference = ReferenceEqualityComparer.Instance;

    private readonly Dictionary<Tensor, Tensor>[] shadows =
        [.. averages.Select(average => average.Parameters.Zip(average.Shadows).ToDictionary(p => p.First, p => p.Second, ByReference))];

    internal static StepCompanions None => new(null, double.PositiveInfinity, []);

    /// <summary>The norm of all gradients, by which they are to be clipped; null for not at all.</summary>
    internal Tensor? Norm => norm;

    internal double MaxNorm => maxNorm;

    /// <summary>Whether every average has the parameter.</summary>
    internal bool Follow(Tensor parameter) => shadows.All(of => of.ContainsKey(parameter));

    /// <summary>The averages of these parameters, which are thereby dealt with, and their decays. Nothing where they are not followed.</summary>
    internal (Tensor[] Shadows, double[] Decays) Take(IReadOnlyList<Tensor> parameters, bool followed)
    {
        if (!followed) return ([], []);
        Tensor[] taken = [.. shadows.SelectMany(of => parameters.Select(parameter => of[parameter]))];
        foreach (var of in shadows)
            foreach (var parameter in parameters) of.Remove(parameter);
        return (taken, [.. averages.Select(average => average.Decay)]);
    }

    /// <summary>Moves the averages of parameters that took no step.</summary>
    internal void MoveOthers()
    {
        foreach (var (of, average) in shadows.Zip(averages))
            if (of.Count > 0) FusedOps.Ema([.. of.Values], [.. of.Keys], average.Decay);
    }
}
