using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// A step of an exponential integrator in lambda = ln(alpha / sigma): what is linear in the state is integrated exactly, and the expectation D is a
/// polynomial in lambda through values at other times (Lu et al. 2022a, 2022b; Zhao et al. 2023).
/// </summary>
/// <remarks>
/// <para>
/// x_s = Keep x_t - Scale (phi_0 D_t + sum_j w_j (D_j - D_t) / r_j) + Deviation z, with r_j = (lambda_j - lambda_t) / h, h = lambda_s - lambda_t.
/// </para>
/// <para>
/// An end without data or without noise makes h infinite. By the rules of IEEE arithmetic phi_0 is then -1 and the step that of order 1, which is
/// exact there; values at an infinite lambda are left out.
/// </para>
/// </remarks>
/// <param name="Keep">The weight of the state.</param>
/// <param name="Scale">The weight of the integral.</param>
/// <param name="Rate">The exponent of the integral's kernel over the whole step, z in phi_k(z).</param>
/// <param name="Deviation">The standard deviation of the noise that a stochastic step adds.</param>
/// <param name="Start">lambda_t.</param>
/// <param name="Length">h.</param>
internal readonly record struct ExponentialStep(double Keep, double Scale, double Rate, double Deviation, double Start, double Length)
{
    public static ExponentialStep Between(INoiseSchedule path, double t, double s, SolverForm form, bool stochastic = false)
    {
        var (alpha, sigma, start) = (path.Alpha(s), path.Sigma(s), path.LogSnr(t) / 2);
        var h = path.LogSnr(s) / 2 - start;
        var (ofData, ofNoise) = (alpha / path.Alpha(t), sigma / path.Sigma(t));
        return (form, stochastic) switch
        {
            (SolverForm.Data, false) => new(ofNoise, alpha, -h, 0, start, h),
            (SolverForm.Data, true) => new(ofNoise * Math.Exp(-h), alpha, -2 * h, sigma * Math.Sqrt(-double.ExpM1(-2 * h)), start, h),
            (SolverForm.Noise, false) => new(ofData, sigma, h, 0, start, h),
            (SolverForm.Noise, true) => new(ofData, 2 * sigma, h, sigma * Math.Sqrt(double.ExpM1(2 * h)), start, h),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "No such form."),
        };
    }

    /// <summary>What the form asks a denoiser for.</summary>
    public static Tensor Expectation(SolverForm form, Denoiser denoiser, Tensor x, double t) =>
        form == SolverForm.Data ? denoiser.Clean(x, t) : denoiser.Noise(x, t);

    /// <summary>Refuses the noise form on a grid with an infinite signal-to-noise ratio, where it does not exist.</summary>
    public static void Check(SolverForm form, IReadOnlyList<double> times, INoiseSchedule path)
    {
        if (form == SolverForm.Noise && !(double.IsFinite(path.LogSnr(times[0])) && double.IsFinite(path.LogSnr(times[^1]))))
            throw new ArgumentException(
                $"SolverForm.Noise cannot start without data nor end without noise, and the grid runs from t = {times[0]} to {times[^1]}. " +
                "Use SolverForm.Data, or a grid such as TimeGrid.Uniform.Between(0.999, 0.001).", nameof(form));
    }

    /// <summary>The integral of the kernel times a monomial of degree k, over k!: phi_0 = e^z - 1, phi_k = phi_(k-1) / z - 1 / k!.</summary>
    public double Phi(int k)
    {
        var (phi, factorial) = (double.ExpM1(Rate), 1.0);
        for (var i = 1; i <= k; i++) phi = phi / Rate - 1 / (factorial *= i);
        return phi;
    }

    /// <summary>The values of a walk's earlier steps that a step may use, the latest first.</summary>
    public Node[] Earlier(IEnumerable<(double Time, Tensor Value)> history, INoiseSchedule path, int count)
    {
        var (start, length) = (Start, Length);
        return [.. history.Take(count).Select(e => new Node((path.LogSnr(e.Time) / 2 - start) / length, e.Value)).Where(node => double.IsFinite(node.Position))];
    }

    /// <summary>The weights that integrate every polynomial through the nodes exactly: sum_j w_j r_j^(i-1) = i! phi_i.</summary>
    /// <param name="nodes">Where.</param>
    /// <param name="halvesCurvature">Whether 2! is forgotten, as in the authors' code of DPM-Solver.</param>
    public double[] ExactWeights(IReadOnlyList<Node> nodes, bool halvesCurvature = false)
    {
        var n = nodes.Count;
        var rows = new double[n][];
        for (var (i, factorial) = (1, 1.0); i <= n; factorial *= ++i)
            rows[i - 1] = [.. nodes.Select(node => Math.Pow(node.Position, i - 1)), (halvesCurvature ? 1 : factorial) * Phi(i)];
        return Solve(rows);
    }

    /// <summary>The step without its noise.</summary>
    /// <param name="x">The state at the start, [B, C, H, W].</param>
    /// <param name="value">The expectation there, [B, C, H, W].</param>
    /// <param name="nodes">Expectations elsewhere.</param>
    /// <param name="weights">A weight for each.</param>
    /// <returns>[B, C, H, W].</returns>
    public Tensor Advance(Tensor x, Tensor value, IReadOnlyList<Node> nodes, double[] weights)
    {
        var state = Keep * x - Scale * Phi(0) * value;
        return nodes.Count == 0 ? state : state - Scale * Slopes(value, nodes, weights);
    }

    /// <summary>sum_j w_j (D_j - D_t) / r_j.</summary>
    public static Tensor Slopes(Tensor value, IReadOnlyList<Node> nodes, double[] weights)
    {
        var sum = weights[0] / nodes[0].Position * (nodes[0].Value - value);
        for (var j = 1; j < nodes.Count; j++)
            sum += weights[j] / nodes[j].Position * (nodes[j].Value - value);
        return sum;
    }

    /// <summary>Gauss's elimination of a few equations; the right side is the last column.</summary>
    private static double[] Solve(double[][] rows)
    {
        var n = rows.Length;
        for (var pivot = 0; pivot < n; pivot++)
        {
            var best = Enumerable.Range(pivot, n - pivot).MaxBy(i => Math.Abs(rows[i][pivot]));
            (rows[pivot], rows[best]) = (rows[best], rows[pivot]);
            for (var i = 0; i < n; i++)
            {
                if (i == pivot) continue;
                var factor = rows[i][pivot] / rows[pivot][pivot];
                for (var j = pivot; j <= n; j++) rows[i][j] -= factor * rows[pivot][j];
            }
        }
        return [.. rows.Select((row, i) => row[n] / row[i])];
    }

    /// <summary>An expectation at another time.</summary>
    /// <param name="Position">Where, as a part of the step: 1 is its end, below 0 lies what was before it.</param>
    /// <param name="Value">The expectation, [B, C, H, W].</param>
    public readonly record struct Node(double Position, Tensor Value);
}
