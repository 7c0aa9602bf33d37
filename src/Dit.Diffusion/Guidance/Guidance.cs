namespace Dit.Diffusion;

/// <summary>Ways to strengthen a denoiser's conditions.</summary>
public static class Guidance
{
    /// <summary>Classifier-free guidance: see <see cref="GuidedDenoiser"/>.</summary>
    /// <param name="denoiser">A network with labels, trained with label dropout.</param>
    /// <param name="scale">How strongly: 1 is the plain conditional network at its plain cost, 1.5 to 4 are usual, 0 ignores the labels.</param>
    /// <param name="channels">
    /// How many channels to guide, from the first. Null, the default: all. The official DiT's sampling guides 3 of 4 by an oversight, which its
    /// published figures contain.
    /// </param>
    /// <returns>The guided denoiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scale is negative or not finite, or there are no channels to guide.</exception>
    /// <exception cref="InvalidOperationException">The network has no labels, or never learned to do without.</exception>
    public static GuidedDenoiser Guided(this NetworkDenoiser denoiser, double scale, int? channels = null) => new(denoiser, scale, channels);
}
