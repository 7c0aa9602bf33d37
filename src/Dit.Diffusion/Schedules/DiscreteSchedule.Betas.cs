namespace Dit.Diffusion;

public sealed partial class DiscreteSchedule
{
    private const double LargestBeta = 0.999;

    /// <summary>DDPM's and the official DiT's: betas rise linearly (Ho et al. 2020), scaled so that every number of steps ends as noisy.</summary>
    /// <param name="steps">Number of steps, T.</param>
    public static DiscreteSchedule Linear(int steps = 1000) => Linear(steps, 1e-4 * 1000 / steps, 0.02 * 1000 / steps);

    /// <summary>Betas rise linearly.</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The first beta.</param>
    /// <param name="last">The last beta.</param>
    public static DiscreteSchedule Linear(int steps, double first, double last) => new(Linspace(steps, first, last));

    /// <summary>Square roots of betas rise linearly, by default as in Stable Diffusion (Rombach et al. 2022; diffusers' "scaled_linear").</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The first beta.</param>
    /// <param name="last">The last beta.</param>
    public static DiscreteSchedule ScaledLinear(int steps = 1000, double first = 0.00085, double last = 0.012) =>
        new(Linspace(steps, Math.Sqrt(first), Math.Sqrt(last)).Select(root => root * root));

    /// <summary>The same curve as <see cref="ScaledLinear"/> between DDPM's ends (DDPM's code: "quad").</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The first beta.</param>
    /// <param name="last">The last beta.</param>
    public static DiscreteSchedule Quadratic(int steps = 1000, double first = 1e-4, double last = 0.02) => ScaledLinear(steps, first, last);

    /// <summary>Betas rise as a sigmoid between -6 and 6 (GeoDiff, Xu et al. 2022; diffusers' "sigmoid").</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The beta below the first.</param>
    /// <param name="last">The beta above the last.</param>
    public static DiscreteSchedule Sigmoid(int steps = 1000, double first = 1e-4, double last = 0.02) =>
        new(Linspace(steps, -6, 6).Select(x => Logistic(x) * (last - first) + first));

    /// <summary>alpha^2 falls as a sigmoid (Jabri et al. 2022, "Scalable adaptive computation", algorithm 2), with betas of at most 0.999.</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="start">Where on the sigmoid the data is.</param>
    /// <param name="end">Where the noise is; above start.</param>
    /// <param name="temperature">Both are divided by it; above 1 straightens the curve.</param>
    /// <exception cref="ArgumentOutOfRangeException">The end is not above the start, or the temperature not above 0.</exception>
    public static DiscreteSchedule SigmoidAlphaBar(int steps = 1000, double start = -3, double end = 3, double temperature = 1)
    {
        if (!(temperature > 0)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature must be above 0.");
        if (!(end > start)) throw new ArgumentOutOfRangeException(nameof(end), end, $"The end must be above the start, {start}.");
        double At(double u) => Logistic((start + u * (end - start)) / temperature);
        return FromAlphaBar(steps, u => (At(1) - At(u)) / (At(1) - At(0)));
    }

    /// <summary>alpha^2 falls as the square of a cosine (Nichol and Dhariwal 2021), with betas of at most 0.999.</summary>
    /// <param name="steps">Number of steps, T.</param>
    public static DiscreteSchedule Cosine(int steps = 1000) => FromAlphaBar(steps, u => Math.Pow(Math.Cos((u + 0.008) / 1.008 * Math.PI / 2), 2));

    /// <summary>The steps of a curve of one's own.</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="alphaBar">alpha^2, falling, at 0, 1 / T, ..., 1; its value at 0 is divided out.</param>
    /// <param name="largestBeta">No beta is above this; below 1 a little of the data is left at the end, as every schedule of DDPM's family has it.</param>
    public static DiscreteSchedule FromAlphaBar(int steps, Func<double, double> alphaBar, double largestBeta = LargestBeta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentNullException.ThrowIfNull(alphaBar);
        return new(Enumerable.Range(0, steps).Select(i => Math.Min(1 - alphaBar((i + 1) / (double)steps) / alphaBar(i / (double)steps), largestBeta)));
    }

    /// <summary>Every beta is the same (DDPM's code: "const").</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="beta">The beta.</param>
    public static DiscreteSchedule Constant(int steps, double beta) => new(Linspace(steps, beta, beta));

    /// <summary>Betas rise linearly for a part of the steps and then stay (DDPM's code: "warmup10", "warmup50").</summary>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="part">The part of the steps that rises, such as 0.1; at least one step does.</param>
    /// <param name="first">The first beta.</param>
    /// <param name="last">The beta of all further steps.</param>
    public static DiscreteSchedule Warmup(int steps, double part, double first, double last)
    {
        if (part is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(part), part, "The part of the steps must be from 0 to 1.");
        var rising = Math.Max(1, (int)(steps * part));
        return new(Linspace(rising, first, last).Concat(Enumerable.Repeat(last, steps - rising)));
    }

    /// <summary>Betas 1 / T, 1 / (T - 1), ..., 1: alpha^2 falls linearly to nothing (Sohl-Dickstein et al. 2015; DDPM's code: "jsd").</summary>
    /// <remarks>Nothing of the data is left at the end, so it wants a network that predicts v or the data.</remarks>
    /// <param name="steps">Number of steps, T.</param>
    public static DiscreteSchedule Harmonic(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return new(Enumerable.Range(0, steps).Select(i => 1.0 / (steps - i)));
    }

    /// <summary>The schedule that a configuration file names, with the names of the official code and of diffusers.</summary>
    /// <param name="name">linear, scaled_linear, squaredcos_cap_v2, sigmoid, quad, const, jsd, warmup10 or warmup50.</param>
    /// <param name="steps">Number of steps, T.</param>
    /// <param name="first">The first beta, where the schedule takes one.</param>
    /// <param name="last">The last beta, where the schedule takes one.</param>
    /// <exception cref="ArgumentException">There is no schedule of this name.</exception>
    public static DiscreteSchedule Named(string name, int steps = 1000, double first = 1e-4, double last = 0.02) => name switch
    {
        "linear" => Linear(steps, first, last),
        "scaled_linear" => ScaledLinear(steps, first, last),
        "squaredcos_cap_v2" => Cosine(steps),
        "sigmoid" => Sigmoid(steps, first, last),
        "quad" => Quadratic(steps, first, last),
        "const" => Constant(steps, last),
        "jsd" => Harmonic(steps),
        "warmup10" => Warmup(steps, 0.1, first, last),
        "warmup50" => Warmup(steps, 0.5, first, last),
        _ => throw new ArgumentException(
            $"There is no schedule '{name}'; there are linear, scaled_linear, squaredcos_cap_v2, sigmoid, quad, const, jsd, warmup10, warmup50.", nameof(name)),
    };

    /// <summary>
    /// The same schedule shifted and scaled so that nothing of the data is left after the last step, as at the start of sampling (Lin et al. 2024,
    /// algorithm 1). Train it with <see cref="Prediction.V"/> or <see cref="Prediction.Sample"/>.
    /// </summary>
    /// <remarks>Without it a network learns to tell the mean brightness of an image from the noisiest state, where sampling finds none.</remarks>
    /// <returns>This schedule, if it already ends so.</returns>
    public DiscreteSchedule WithZeroTerminalSnr()
    {
        if (HasZeroTerminalSnr) return this;
        double[] alphas = [.. _logAlphaBars.Skip(1).Select(log => Math.Exp(log / 2))];
        var (first, last) = (alphas[0], alphas[^1]);
        if (first == last) throw new InvalidOperationException("A schedule of one step cannot keep its first alpha and end at 0. Use more steps.");
        double[] bars = [1, .. alphas.Select(alpha => Math.Pow((alpha - last) * first / (first - last), 2))];
        return new(Enumerable.Range(0, StepCount).Select(i => 1 - bars[i + 1] / bars[i])) { RoundsNetworkTimes = RoundsNetworkTimes };
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static IEnumerable<double> Linspace(int steps, double first, double last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Enumerable.Range(0, steps).Select(i => steps == 1 ? first : first + i * ((last - first) / (steps - 1)));
    }
}
