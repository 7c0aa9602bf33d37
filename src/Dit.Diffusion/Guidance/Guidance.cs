namespace Dit.Diffusion;

/// <summary>Ways to strengthen a denoiser's conditions.</summary>
public static class Guidance
{
    /// <summary>Classifier-free guidance: see <see cref="GuidedDenoiser"/>.</summary>
    /// <param name="denoiser">A network with labels, trained with label dropout.</param>
    /// <param name="scale">How strongly: 1 is the plain conditional network at its plain cost, 1.5 to 4 are usual, 0 ignores the labels.</param>
    /// <param name="channels">How many channels to guide, from the first; null: all. See <see cref="GuidanceOptions.Channels"/>.</param>
    /// <returns>The guided denoiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scale is negative or not finite, or there are no channels to guide.</exception>
    /// <exception cref="InvalidOperationException">The network has no labels, or never learned to do without.</exception>
    public static GuidedDenoiser Guided(this NetworkDenoiser denoiser, double scale, int? channels = null) =>
        new(denoiser, new() { Scale = scale, Channels = channels });

    /// <summary>Classifier-free guidance with all its options: see <see cref="GuidedDenoiser"/>.</summary>
    /// <param name="denoiser">A network with labels, trained with label dropout.</param>
    /// <param name="options">How the conditions are strengthened.</param>
    /// <returns>The guided denoiser.</returns>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The network has no labels, or never learned to do without.</exception>
    public static GuidedDenoiser Guided(this NetworkDenoiser denoiser, GuidanceOptions options) => new(denoiser, options);

    /// <summary>Autoguidance: see <see cref="AutoGuidedDenoiser"/>.</summary>
    /// <param name="denoiser">The better model.</param>
    /// <param name="worse">A worse model of the same data, trained with the same objective, with the same conditions.</param>
    /// <param name="scale">How far from the worse model: 1 is the better one alone, 1.4 to 2 are usual.</param>
    /// <returns>The guided denoiser.</returns>
    /// <exception cref="ArgumentException">The two cannot be compared, or the scale is out of range.</exception>
    public static AutoGuidedDenoiser AutoGuided(this Denoiser denoiser, Denoiser worse, double scale) => new(denoiser, worse, scale);
}
