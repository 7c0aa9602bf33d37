using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The coefficients of an explicit Runge-Kutta method: stage i is the velocity at x + h sum_j a_ij k_j, the step x + h sum_i b_i k_i.</summary>
/// <remarks>The times of the stages are the sums of their rows. Sources: Butcher 2008; Hairer, Norsett and Wanner 1993, chapter II.</remarks>
public sealed class ButcherTableau
{
    private readonly double[][] _stages;
    private readonly double[] _nodes;
    private readonly double[] _weights;
    private readonly double[]? _errorWeights;

    /// <param name="name">What to call it.</param>
    /// <param name="order">The order of its global error, at least 1.</param>
    /// <param name="stages">The rows a_i of a lower triangle: the first empty, each one longer than the last.</param>
    /// <param name="weights">The weights b, one per stage; they sum to 1.</param>
    /// <param name="comparison">The weights of a second, less exact step, the difference to which estimates the error; null: none.</param>
    /// <exception cref="ArgumentException">The table is not of that form.</exception>
    public ButcherTableau(string name, int order, IReadOnlyList<double[]> stages, IReadOnlyList<double> weights, IReadOnlyList<double>? comparison = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(weights);
        for (var i = 0; i < stages.Count; i++)
        {
            if (stages[i].Length != i)
                throw new ArgumentException(
                    $"Row {i} of {name} has {stages[i].Length} entries instead of {i}; an explicit method uses the stages before.", nameof(stages));
        }
        Validate(weights, nameof(weights));
        if (comparison is not null) Validate(comparison, nameof(comparison));

        (Name, Order) = (name, order);
        _stages = [.. stages.Select(row => row.ToArray())];
        _nodes = [.. stages.Select(row => row.Sum())];
        _weights = [.. weights];
        _errorWeights = comparison is null ? null : [.. weights.Zip(comparison, (b, other) => b - other)];

        void Validate(IReadOnlyList<double> values, string parameter)
        {
            if (values.Count != stages.Count || Math.Abs(values.Sum() - 1) > 1e-9)
                throw new ArgumentException(
                    $"{name} has {stages.Count} stages and {values.Count} weights with the sum {values.Sum()}; it takes one each, with the sum 1.", parameter);
        }
    }

    /// <summary>Euler's method.</summary>
    public static ButcherTableau Euler { get; } = new("Euler", 1, [[]], [1]);

    /// <summary>The midpoint method: second order, never at the end of a step.</summary>
    public static ButcherTableau Midpoint { get; } = new("midpoint", 2, [[], [1 / 2.0]], [0, 1]);

    /// <summary>Heun's second-order method, the trapezoid; estimates its error by Euler's.</summary>
    public static ButcherTableau Heun2 { get; } = new("Heun 2", 2, [[], [1]], [1 / 2.0, 1 / 2.0], [1, 0]);

    /// <summary>Heun's third-order method, never at the end of a step.</summary>
    public static ButcherTableau Heun3 { get; } = new("Heun 3", 3, [[], [1 / 3.0], [0, 2 / 3.0]], [1 / 4.0, 0, 3 / 4.0]);

    /// <summary>The classical fourth-order method of Runge and Kutta.</summary>
    public static ButcherTableau Rk4 { get; } = new("RK 4", 4, [[], [1 / 2.0], [0, 1 / 2.0], [0, 0, 1]], [1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0]);

    /// <summary>Kutta's fourth-order 3/8 rule, which torchdiffeq calls rk4.</summary>
    public static ButcherTableau ThreeEighths { get; } =
        new("RK 4, 3/8 rule", 4, [[], [1 / 3.0], [-1 / 3.0, 1], [1, -1, 1]], [1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0]);

    /// <summary>Bogacki and Shampine 1989: third order with an estimate of the error.</summary>
    public static ButcherTableau Bosh3 { get; } = new("Bogacki-Shampine 3(2)", 3,
        [[], [1 / 2.0], [0, 3 / 4.0], [2 / 9.0, 1 / 3.0, 4 / 9.0]],
        [2 / 9.0, 1 / 3.0, 4 / 9.0, 0],
        [7 / 24.0, 1 / 4.0, 1 / 3.0, 1 / 8.0]);

    /// <summary>Dormand and Prince 1980: fifth order with an estimate of the error.</summary>
    public static ButcherTableau Dopri5 { get; } = new("Dormand-Prince 5(4)", 5,
        [
            [],
            [1 / 5.0],
            [3 / 40.0, 9 / 40.0],
            [44 / 45.0, -56 / 15.0, 32 / 9.0],
            [19372 / 6561.0, -25360 / 2187.0, 64448 / 6561.0, -212 / 729.0],
            [9017 / 3168.0, -355 / 33.0, 46732 / 5247.0, 49 / 176.0, -5103 / 18656.0],
            [35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0],
        ],
        [35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0, 0],
        [5179 / 57600.0, 0, 7571 / 16695.0, 393 / 640.0, -92097 / 339200.0, 187 / 2100.0, 1 / 40.0]);

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The order of its global error: halving the steps divides it by 2 to this power.</summary>
    public int Order { get; }

    /// <summary>Whether it estimates its own error, as <see cref="AdaptiveSampler"/> needs.</summary>
    public bool EstimatesError => _errorWeights is not null;

    /// <summary>How many evaluations a step takes.</summary>
    public int Evaluations => Array.FindLastIndex(_weights, weight => weight != 0) + 1;

    /// <summary>Whether the last stage is the velocity at the end of the step, which the next one can then begin with.</summary>
    internal bool EndsWithVelocity => _weights[^1] == 0 && _weights.AsSpan(0, _weights.Length - 1).SequenceEqual(_stages[^1]);

    /// <summary>This method, or where it evaluates at the end of a step a similar one that does not.</summary>
    internal ButcherTableau BeforeTheEnd => _nodes.Take(Evaluations).All(node => node < 1 - 1e-9) ? this : Order <= 2 ? Euler : Heun3;

    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>The step without its error: as few evaluations as that takes.</summary>
    internal Tensor Step(Func<Tensor, double, Tensor> velocity, Tensor x, double t, double next) =>
        Move(x, next - t, Stages(velocity, x, t, next, Evaluations, first: null));

    /// <summary>The velocities of all stages.</summary>
    /// <param name="velocity">The velocity at a state and time.</param>
    /// <param name="x">The state at <paramref name="t"/>.</param>
    /// <param name="t">From this time,</param>
    /// <param name="next">to this one.</param>
    /// <param name="first">The velocity at the start, where it is known.</param>
    internal List<Tensor> Stages(Func<Tensor, double, Tensor> velocity, Tensor x, double t, double next, Tensor first) =>
        Stages(velocity, x, t, next, _stages.Length, first);

    /// <summary>Where the stages lead.</summary>
    internal Tensor Move(Tensor x, double size, IReadOnlyList<Tensor> stages) => Add(x, size, _weights, stages);

    /// <summary>The difference between the step and the less exact one.</summary>
    internal Tensor Error(double size, IReadOnlyList<Tensor> stages) => Add(zeros_like(stages[0]), size, _errorWeights!, stages);

    private List<Tensor> Stages(Func<Tensor, double, Tensor> velocity, Tensor x, double t, double next, int count, Tensor? first)
    {
        var stages = new List<Tensor>(count);
        for (var i = 0; i < count; i++)
        {
            var time = _nodes[i] == 1 ? next : t + _nodes[i] * (next - t);
            stages.Add(i == 0 && first is not null ? first : velocity(Add(x, next - t, _stages[i], stages), time));
        }

        return stages;
    }

    private static Tensor Add(Tensor x, double size, double[] weights, IReadOnlyList<Tensor> velocities)
    {
        for (var i = 0; i < Math.Min(weights.Length, velocities.Count); i++)
        {
            if (weights[i] != 0) x = x.add(velocities[i], size * weights[i]);                           // [B, C, H, W]
        }

        return x;
    }
}
