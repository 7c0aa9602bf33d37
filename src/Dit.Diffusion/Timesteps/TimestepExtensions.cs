namespace Dit.Diffusion;

/// <summary>What can be done to any density of times.</summary>
public static class TimestepExtensions
{
    /// <summary>Spreads each batch evenly: see <see cref="StratifiedTimesteps"/>.</summary>
    /// <param name="density">The density; each time is still drawn from it.</param>
    /// <returns>The stratified draw.</returns>
    public static StratifiedTimesteps Stratified(this TimestepDensity density) => new(density);

    /// <summary>Moves times towards the noise: see <see cref="ShiftedTimesteps"/>.</summary>
    /// <param name="density">The density.</param>
    /// <param name="shift">Above 1 towards the noise, below 1 towards the data, above 0. See <see cref="TimeShift"/> for usual ones.</param>
    /// <returns>The shifted density.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not finite or not above 0.</exception>
    public static ShiftedTimesteps Shifted(this TimestepDensity density, double shift) => new(density, shift);

    /// <summary>Draws some times evenly, so that a density which neglects the ends still visits them: see <see cref="MixedTimesteps"/>.</summary>
    /// <param name="density">The density.</param>
    /// <param name="share">How many of the times are uniform, within (0, 1); 0.1 is usual.</param>
    /// <returns>The mixture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not within (0, 1).</exception>
    public static MixedTimesteps MixedWithUniform(this TimestepDensity density, double share) => new(density, share);

    /// <summary>Confines times to an interval: see <see cref="ConfinedTimesteps"/>.</summary>
    /// <param name="density">The density, which is squeezed into the interval.</param>
    /// <param name="least">The least time, at least 0.</param>
    /// <param name="most">The greatest, above the least and at most 1.</param>
    /// <returns>The confined density.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty or not within [0, 1].</exception>
    public static ConfinedTimesteps Within(this TimestepDensity density, double least, double most) => new(density, least, most);

    /// <summary>Draws from another density from a step on: see <see cref="SwitchedTimesteps"/>.</summary>
    /// <param name="first">Where times come from at first.</param>
    /// <param name="second">Where they come from later.</param>
    /// <param name="atStep">The first step of the second, counted from 0.</param>
    /// <param name="step">Tells how many steps are done, as in <c>() => trainer.Step</c>; a training that resumes then switches at the right one.</param>
    /// <returns>Both, one after the other.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public static SwitchedTimesteps SwitchedTo(this ITimestepSampler first, ITimestepSampler second, long atStep, Func<long> step) =>
        new(first, second, atStep, step);
}
