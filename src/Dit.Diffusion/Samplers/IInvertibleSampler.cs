using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A sampler without random numbers, which also runs upwards: from data to the noise that it came from (Song et al. 2021, section 4.3).</summary>
/// <remarks>
/// Sampling from that noise gives the data back, as exactly as the method is with so many steps. The walk up asks for the velocity at the end of the grid,
/// t = 0; a network that says nothing there (such as one that predicts the data) needs a grid that ends above: <see cref="TimeGrid.Linear"/>.
/// </remarks>
public interface IInvertibleSampler : ISampler
{
    /// <summary>The stream of states from data to noise. Nothing is computed before a step is asked for.</summary>
    /// <param name="denoiser">The model and its conditions.</param>
    /// <param name="images">Data, [B, C, H, W]; it is read, not changed.</param>
    /// <returns>One item per step; the last one's sample is the noise.</returns>
    IEnumerable<SamplerStep> InversionSteps(Denoiser denoiser, Tensor images);
}
