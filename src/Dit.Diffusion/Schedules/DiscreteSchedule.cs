using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A path of T noising steps (DDPM): step i multiplies the data by sqrt(1 - beta_i) and adds noise of variance beta_i.</summary>
/// <remarks>
/// <para>
/// The data is at t = 0, the state after step i (from 0) at t = (i + 1) / T, where a network is told the index i. alpha^2 is the product of all
/// 1 - beta so far and sigma^2 the rest. Between two steps ln alpha is linear in t; in a last step that leaves nothing of the data, alpha is.
/// </para>
/// <para>Tables are float64. Training draws indices, so times are rounded up to the next step.</para>
/// </remarks>
public sealed partial class DiscreteSchedule : INoiseSchedule
{
    private readonly double[] _betas;
    private readonly double[] _logAlphaBars;                                       // of the data and of T steps, [T + 1]
    private readonly ConcurrentDictionary<string, Tensor> _tables = new();         // by device: alpha, sigma, derivatives at 0 / T, ..., T / T, [4, T + 1]

    /// <param name="betas">The variance that each step adds, in (0, 1]; 1 only at the last, which then leaves nothing of the data.</param>
    /// <exception cref="ArgumentException">There is none, or one is out of range.</exception>
    public DiscreteSchedule(params IEnumerable<double> betas)
    {
        ArgumentNullException.ThrowIfNull(betas);
        _betas = [.. betas];
        if (_betas.Length == 0) throw new ArgumentException("A schedule needs at least one step.", nameof(betas));
        for (var i = 0; i < _betas.Length; i++)
        {
            if (!(_betas[i] > 0 && (_betas[i] < 1 || (_betas[i] == 1 && i == _betas.Length - 1))))
                throw new ArgumentException($"Step {i} adds a variance of {_betas[i]}; it must be above 0 and below 1 (1 in the last step).", nameof(betas));
        }

        _logAlphaBars = new double[_betas.Length + 1];
        var alphaBar = 1.0;
        for (var i = 0; i < _betas.Length; i++)
            _logAlphaBars[i + 1] = Math.Log(alphaBar *= 1 - _betas[i]);
    }

    /// <summary>How many steps, T.</summary>
    public int StepCount => _betas.Length;

    /// <summary>The variance that each step adds.</summary>
    public IReadOnlyList<double> Betas => _betas;

    /// <summary>alpha^2 after each step.</summary>
    public IReadOnlyList<double> AlphaBars => [.. _logAlphaBars.Skip(1).Select(Math.Exp)];

    /// <summary>Whether nothing of the data is left after the last step.</summary>
    public bool HasZeroTerminalSnr => double.IsNegativeInfinity(_logAlphaBars[^1]);

    /// <inheritdoc/>
    public double Alpha(double t) => Math.Exp(LogAlphaBar(t) / 2);

    /// <inheritdoc/>
    public double Sigma(double t) => Math.Sqrt(Math.Abs(double.ExpM1(LogAlphaBar(t))));       // at the data 0, not -0

    /// <inheritdoc/>
    /// <remarks>On a step's own time that of the step which led there.</remarks>
    public double AlphaDerivative(double t)
    {
        var step = Math.Clamp((int)Math.Ceiling(t * StepCount - 1e-9), 1, StepCount);
        return EndsInNoise(step)
            ? -StepCount * Math.Exp(_logAlphaBars[step - 1] / 2)
            : Alpha(t) * StepCount * (_logAlphaBars[step] - _logAlphaBars[step - 1]) / 2;
    }

    /// <inheritdoc/>
    /// <remarks>Infinite at the data.</remarks>
    public double SigmaDerivative(double t) => -Alpha(t) * AlphaDerivative(t) / Sigma(t);

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr)
    {
        var logAlphaBar = -double.LogP1(Math.Exp(-logSnr));                        // alpha^2 = sigmoid of the log ratio
        if (logAlphaBar >= 0) return 0;
        if (logAlphaBar <= _logAlphaBars[^1]) return 1;
        var (low, high) = (0, StepCount);                                          // the table falls
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (_logAlphaBars[middle] >= logAlphaBar) low = middle;
            else high = middle;
        }
        var fraction = EndsInNoise(high)
            ? -double.ExpM1((logAlphaBar - _logAlphaBars[low]) / 2)
            : (_logAlphaBars[low] - logAlphaBar) / (_logAlphaBars[low] - _logAlphaBars[high]);
        return (low + fraction) / StepCount;
    }

    /// <summary>Whether a network is told whole indices also between two steps, as one with a table of times needs it and diffusers does. Default: no.</summary>
    public bool RoundsNetworkTimes { get; init; }

    /// <inheritdoc/>
    public double NetworkTime(double t) => RoundsNetworkTimes ? Math.Round(StepCount * t - 1) : StepCount * t - 1;

    /// <inheritdoc/>
    public Tensor NetworkTime(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var index = StepCount * t - 1;
        return (RoundsNetworkTimes ? index.round() : index).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Snap(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (Steps(t).to(t.dtype) / StepCount).MoveToOuterDisposeScope();
    }

    /// <summary>The coefficients of times that <see cref="Snap"/> gave: one look into a table.</summary>
    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var table = _tables.GetOrAdd(t.device.ToString(), _ => Table(t.device));
        var rows = table.index_select(1, Steps(t).flatten());                       // [4, n]
        var parts = rows.to(t.dtype).view([4, .. t.shape]).unbind(0);                                   // 4 x t's shape
        foreach (var part in parts) part.MoveToOuterDisposeScope();
        return new(parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>The falling times of some of the steps, and the data after them.</summary>
    internal double[] TimesOf(IEnumerable<int> indices) => [.. indices.OrderDescending().Select(i => (i + 1) / (double)StepCount), 0];

    /// <summary>The number of steps done at each time, rounded up, at least 1.</summary>
    private Tensor Steps(Tensor t) => (t.to(ScalarType.Float64) * StepCount - 1e-3).ceil().clamp(1, StepCount).to(ScalarType.Int64);

    private bool EndsInNoise(int step) => step == StepCount && HasZeroTerminalSnr;

    private double LogAlphaBar(double t)
    {
        var position = t * StepCount;
        var below = Math.Clamp((int)position, 0, StepCount - 1);
        var fraction = position - below;
        if (Math.Abs(fraction - Math.Round(fraction)) < 1e-9) return _logAlphaBars[below + (int)Math.Round(fraction)];
        if (EndsInNoise(below + 1)) return _logAlphaBars[below] + 2 * double.LogP1(-fraction);
        return _logAlphaBars[below] + fraction * (_logAlphaBars[below + 1] - _logAlphaBars[below]);
    }

    private Tensor Table(Device device)
    {
        using var scope = NewDisposeScope();
        double[] times = [.. Enumerable.Range(0, StepCount + 1).Select(i => i / (double)StepCount)];
        Func<double, double>[] functions = [Alpha, Sigma, AlphaDerivative, SigmaDerivative];
        return tensor([.. functions.SelectMany(f => times.Select(f))], [4, StepCount + 1]).to(device).DetachFromDisposeScope();
    }
}
