using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Turns noise into data, step by step.</summary>
public interface ISampler
{
    /// <summary>The stream of states from noise to data. Nothing is computed before a step is asked for.</summary>
    /// <remarks>A step's tensors live until the next step is asked for or the stream is left: see <see cref="SamplerStep.Keep"/>.</remarks>
    /// <param name="denoiser">The model and its conditions.</param>
    /// <param name="noise">Where to start, N(0, 1), [B, C, H, W]; it is read, not changed.</param>
    /// <returns>One item per step; the last one's sample is the result.</returns>
    IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise);
}
