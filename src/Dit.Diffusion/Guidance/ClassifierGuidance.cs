using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Guidance by the gradient of a classifier, or of any other score that samples should have (Dhariwal and Nichol 2021).</summary>
public static class ClassifierGuidance
{
    /// <summary>Guides any sampler: see <see cref="ClassifierGuidedDenoiser"/>.</summary>
    /// <remarks><see cref="DdpmSampler.Gradient"/> guides the mean of ancestral sampling instead.</remarks>
    /// <param name="denoiser">Any denoiser.</param>
    /// <param name="gradient">The gradient of ln p(y | x_t) by the state x_t, [B, C, H, W], at time t in [0, 1]: see <see cref="GradientOf"/>.</param>
    /// <returns>The guided denoiser.</returns>
    public static ClassifierGuidedDenoiser GuidedBy(this Denoiser denoiser, Func<Tensor, double, Tensor> gradient) => new(denoiser, gradient);

    /// <summary>The gradient of a function of the state, by automatic differentiation.</summary>
    /// <param name="logProbability">ln p(y | x_t) of a state [B, C, H, W] at time t in [0, 1]; one number per sample, [B].</param>
    /// <param name="scale">A factor: above 1 the classifier counts more than by Bayes's rule; samples are more typical and less diverse.</param>
    /// <returns>The function that <see cref="GuidedBy"/> and <see cref="DdpmSampler.Gradient"/> take.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite.</exception>
    public static Func<Tensor, double, Tensor> GradientOf(Func<Tensor, double, Tensor> logProbability, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(logProbability);
        if (!double.IsFinite(scale)) throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be finite; 1 follows Bayes's rule.");
        return (x, t) =>
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            var state = x.detach().requires_grad_();
            var total = logProbability(state, t).sum();
            return (scale * autograd.grad([total], [state])[0]).detach().MoveToOuterDisposeScope();
        };
    }
}
