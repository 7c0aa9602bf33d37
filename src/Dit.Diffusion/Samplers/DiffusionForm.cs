namespace Dit.Diffusion;

/// <summary>
/// How much noise a stochastic sampler adds on its way: w(t) in dx = [v - w s] dt + sqrt(2 w) dW, where s is the score (Ma et al. 2024, SiT, equation 5 and
/// section 3.4). Every form has the same distributions at every time; they differ in what discretisation and a network's errors do to them.
/// </summary>
public sealed class DiffusionForm
{
    private readonly Func<INoiseSchedule, double, double> _coefficient;

    /// <param name="name">What to call it.</param>
    /// <param name="coefficient">w of the path and the time in [0, 1], not negative.</param>
    public DiffusionForm(string name, Func<INoiseSchedule, double, double> coefficient)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(coefficient);
        (Name, _coefficient) = (name, coefficient);
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The same at all times.</summary>
    /// <param name="norm">w. Not negative.</param>
    public static DiffusionForm Constant(double norm = 1) => Of("constant", norm, (_, _) => norm);

    /// <summary>
    /// That of score-based models: norm (sigma sigma' - sigma^2 alpha' / alpha), which reverses the forward diffusion (Song et al. 2021). Infinite at pure
    /// noise of a path on which nothing of the data is left there, so such a walk starts below t = 1.
    /// </summary>
    /// <param name="norm">1 is the forward diffusion's. Not negative.</param>
    public static DiffusionForm Sbdm(double norm = 1) => Of("SBDM", norm, (path, t) =>
        norm * path.Sigma(t) * (path.SigmaDerivative(t) - path.Sigma(t) * path.AlphaDerivative(t) / path.Alpha(t)));

    /// <summary>norm sigma(t): SiT's and REPA's default.</summary>
    /// <param name="norm">w at sigma = 1. Not negative.</param>
    public static DiffusionForm Sigma(double norm = 1) => Of("sigma", norm, (path, t) => norm * path.Sigma(t));

    /// <summary>norm t.</summary>
    /// <param name="norm">w at the noise. Not negative.</param>
    public static DiffusionForm Linear(double norm = 1) => Of("linear", norm, (_, t) => norm * t);

    /// <summary>(1 - norm cos(pi t))^2 / 4: falls from noise to data.</summary>
    /// <param name="norm">1: from 1 to 0. Not negative.</param>
    public static DiffusionForm Decreasing(double norm = 1) => Of("decreasing", norm, (_, t) => Math.Pow(1 - norm * Math.Cos(Math.PI * t), 2) / 4);

    /// <summary>norm sin(pi t)^2: none at either end.</summary>
    /// <param name="norm">w at t = 1/2. Not negative.</param>
    public static DiffusionForm IncreasingDecreasing(double norm = 1) =>
        Of("increasing-decreasing", norm, (_, t) => norm * Math.Pow(Math.Sin(Math.PI * t), 2));

    /// <summary>The coefficient w.</summary>
    /// <param name="schedule">The path.</param>
    /// <param name="t">Time, in [0, 1].</param>
    public double At(INoiseSchedule schedule, double t)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return _coefficient(schedule, t);
    }

    /// <returns>The name.</returns>
    public override string ToString() => Name;

    private static DiffusionForm Of(string name, double norm, Func<INoiseSchedule, double, double> coefficient) => double.IsFinite(norm) && norm >= 0
        ? new(name, coefficient)
        : throw new ArgumentOutOfRangeException(nameof(norm), norm, "The norm of a diffusion must be finite and not negative; 1 is usual, 0 adds no noise.");
}
