using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Finds out where a step's numbers end, by watching it once more.</summary>
internal sealed class Divergence
{
    private const int Bins = 10;
    private readonly List<Action> _unwatch = [];
    private readonly List<double>[] _losses = [.. Enumerable.Range(0, Bins).Select(_ => new List<double>())];       // of each bin of times
    private readonly List<double> _badTimes = [];
    private string? _first;
    private long _images;
    private (double Size, double Time) _largest = (-1, double.NaN);

    private Divergence(DitModel model, ITrainingObjective objective)
    {
        if (objective is IEvaluableObjective evaluable)
        {
            evaluable.LossesKnown += See;
            _unwatch.Add(() => evaluable.LossesKnown -= See);
        }
        _unwatch.Add(model.register_forward_hook((_, _, times, _, output) => See(times, output)).remove);
        foreach (var (name, module) in model.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer)
                _unwatch.Add(layer.register_forward_hook((_, _, output) => See(name, output)).remove);
            else if (module is nn.Module<Tensor, Conditioning, Tensor> block)
                _unwatch.Add(block.register_forward_hook((_, _, _, output) => See(name, output)).remove);
        }
    }

    /// <summary>Says where the first output is that is no number, and at which times.</summary>
    /// <param name="model">The model, with the step's weights.</param>
    /// <param name="objective">What is minimised; times in [0, 1] are known where it tells them.</param>
    /// <param name="repeat">Repeats the step.</param>
    public static string Locate(DitModel model, ITrainingObjective objective, Action repeat)
    {
        var seen = new Divergence(model, objective);
        try
        {
            repeat();
        }
        finally
        {
            seen._unwatch.ForEach(remove => remove());
        }
        return seen.Text();
    }

    private string Text()
    {
        if (_badTimes.Count > 0)
        {
            return Problems.Invariant(
                $"The first output that is not finite is that of '{_first ?? "final_layer"}'; {_badTimes.Count} of {_images} images end so, at network times {_badTimes.Min():G4} to {_badTimes.Max():G4}.{LossesByTime()}");
        }
        return Problems.Invariant($"The model's outputs are finite; the largest, {_largest.Size:G4}, is at network time {_largest.Time:G4}.{LossesByTime()}");
    }

    /// <summary>The bins of times with losses that are no numbers; otherwise the one with the highest loss.</summary>
    private string LossesByTime()
    {
        var known = Enumerable.Range(0, Bins).Where(bin => _losses[bin].Count > 0).ToArray();
        if (known.Length == 0)
            return "";
        var bad = known.Where(bin => _losses[bin].Exists(loss => !double.IsFinite(loss))).ToArray();
        if (bad.Length > 0)
        {
            return " Losses that are no numbers are in the t bins "
                + string.Join(", ", bad.Select(bin => $"{TimeBins.Name(bin, Bins)} ({_losses[bin].Count(loss => !double.IsFinite(loss))} of {_losses[bin].Count} images)")) + ".";
        }
        var highest = known.MaxBy(bin => _losses[bin].Max());
        return Problems.Invariant($" All losses are finite; the highest, {_losses[highest].Max():G4}, is in the t bin {TimeBins.Name(highest, Bins)}.");
    }

    private void See(ImageLosses images)
    {
        using var scope = NewDisposeScope();
        var bins = TimeBins.Of(images.Times.to(float64), Bins).cpu().data<double>().ToArray();
        foreach (var (bin, loss) in bins.Zip(images.Losses.to(float64).cpu().data<double>().ToArray()))
            _losses[(int)bin].Add(loss);
    }

    private Tensor See(string module, Tensor output)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        if (_first is null && !output.isfinite().all().item<bool>())
            _first = module;
        return output;
    }

    private Tensor See(Tensor times, Tensor output)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var largest = output.detach().to(float32).abs().flatten(1).amax([1]).cpu();     // [B]; NaN where there is one
        var at = times.detach().to(float64).cpu();                                     // [B]
        foreach (var (size, time) in largest.data<float>().ToArray().Zip(at.data<double>().ToArray()))
        {
            _images++;
            if (!float.IsFinite(size))
                _badTimes.Add(time);
            else if (size > _largest.Size)
                _largest = (size, time);
        }
        return output;
    }
}
