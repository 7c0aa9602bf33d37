namespace Dit.Diffusion;

/// <summary>A combination Data x_0 + Noise eps at one time: what a network predicts, or what a sampler asks for.</summary>
/// <param name="Data">The weight of x_0.</param>
/// <param name="Noise">The weight of eps.</param>
internal readonly record struct Combination(double Data, double Noise)
{
    public static readonly Combination Clean = new(1, 0);
    public static readonly Combination PureNoise = new(0, 1);

    public static Combination Velocity(INoiseSchedule schedule, double t) => new(schedule.AlphaDerivative(t), schedule.SigmaDerivative(t));

    /// <summary>
    /// Writes this combination as X x_t + P p, where x_t = alpha x_0 + sigma eps is the state of the path and p is the <paramref name="known"/>
    /// combination: the solution of two equations with two unknowns. Not finite where x_t and p are the same direction.
    /// </summary>
    public (double X, double P) From(Combination known, double alpha, double sigma)
    {
        if (this == known) return (0, 1);
        var determinant = alpha * known.Noise - sigma * known.Data;
        return ((Data * known.Noise - Noise * known.Data) / determinant, (Noise * alpha - Data * sigma) / determinant);
    }
}
