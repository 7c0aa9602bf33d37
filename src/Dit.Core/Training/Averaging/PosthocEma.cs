using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Makes an average of any width after the training, from snapshots of others (EDM2: Karras et al. 2024, section 3.2).</summary>
public static class PosthocEma
{
    /// <summary>The weights with which snapshots add up to a profile.</summary>
    /// <param name="snapshots">The step of each snapshot and the width of its <see cref="PowerEma"/>.</param>
    /// <param name="step">The step to make the average for.</param>
    /// <param name="width">Its width.</param>
    /// <returns>One weight per snapshot; together 1.</returns>
    /// <exception cref="ArgumentException">There are no snapshots, or two are the same.</exception>
    public static IReadOnlyList<double> Weights(IReadOnlyList<(long Step, double Width)> snapshots, long step, double width)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (snapshots.Count == 0)
            throw new ArgumentException("There are no snapshots to add up.", nameof(snapshots));
        if (snapshots.Distinct().Count() != snapshots.Count)
            throw new ArgumentException("Two snapshots are of the same step and width.", nameof(snapshots));
        (double Time, double Gamma)[] profiles = [.. snapshots.Select(s => ((double)s.Step, PowerEma.GammaOf(s.Width)))];
        var target = (Time: (double)step, Gamma: PowerEma.GammaOf(width));
        var matrix = new double[profiles.Length, profiles.Length + 1];                                       // [n, n + 1]: products, then the target's
        for (var i = 0; i < profiles.Length; i++)
        {
            for (var j = 0; j < profiles.Length; j++)
                matrix[i, j] = Product(profiles[i], profiles[j]);
            matrix[i, profiles.Length] = Product(profiles[i], target);
        }
        var weights = Solve(matrix);
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    /// <summary>Adds up the snapshots' weights, reading one file at a time.</summary>
    /// <param name="snapshots">Files of weights of one model, the step of each, and the width of its <see cref="PowerEma"/>.</param>
    /// <param name="step">The step to make the average for, usually the last.</param>
    /// <param name="width">Its width.</param>
    /// <returns>The averaged model, in evaluation mode.</returns>
    /// <exception cref="CheckpointException">A file cannot be read, or is of another model.</exception>
    public static DitModel Reconstruct(IReadOnlyList<(string Path, long Step, double Width)> snapshots, long step, double width)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var weights = Weights([.. snapshots.Select(s => (s.Step, s.Width))], step, width);
        var model = DitModel.Load(snapshots[0].Path);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var sums = model.named_parameters().Where(p => p.name != "pos_embed" || p.parameter.requires_grad).ToDictionary(p => p.name, p => p.parameter.to(float64) * weights[0]);
        foreach (var ((path, _, _), weight) in snapshots.Zip(weights).Skip(1))
        {
            using var file = TensorFile.Open(path);
            foreach (var (name, sum) in sums)
            {
                using var value = file.Read(name);
                sum.add_(value, alpha: weight);
            }
        }
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (sums.TryGetValue(name, out var sum))
                parameter.copy_(sum);
        }
        return model;
    }

    /// <summary>The solution of linear equations, each a row with its right-hand side last (Gauss, with pivots).</summary>
    private static double[] Solve(double[,] rows)
    {
        var n = rows.GetLength(0);
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(rows[row, column]));
            for (var k = 0; k <= n; k++)
                (rows[column, k], rows[pivot, k]) = (rows[pivot, k], rows[column, k]);
            for (var row = 0; row < n; row++)
            {
                if (row == column)
                    continue;
                var factor = rows[row, column] / rows[column, column];
                for (var k = column; k <= n; k++)
                    rows[row, k] -= factor * rows[column, k];
            }
        }
        return [.. Enumerable.Range(0, n).Select(i => rows[i, n] / rows[i, i])];
    }

    /// <summary>The inner product of two profiles, over all time (EDM2, equation 151).</summary>
    private static double Product((double Time, double Gamma) a, (double Time, double Gamma) b)
    {
        var ratio = a.Time / b.Time;
        var exponent = a.Time < b.Time ? b.Gamma : -a.Gamma;
        return (a.Gamma + 1) * (b.Gamma + 1) * Math.Pow(ratio, exponent) / ((a.Gamma + b.Gamma + 1) * Math.Max(a.Time, b.Time));
    }
}
