using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Times drawn by what the losses at earlier ones were.</summary>
/// <remarks>An objective weighs its losses with <see cref="Weights"/> and then reports them, unweighted, to <see cref="Observe"/>.</remarks>
public interface ILossAwareTimesteps : ITimestepSampler
{
    /// <summary>What to multiply losses with so that drawing some times more often does not change their expectation: 1 / density.</summary>
    /// <param name="t">Times that were drawn and not yet observed, [B].</param>
    /// <returns>[B]; the caller owns it.</returns>
    Tensor Weights(Tensor t);

    /// <summary>Learns from a step.</summary>
    /// <param name="t">Its times, [B].</param>
    /// <param name="losses">The loss of each, [B].</param>
    void Observe(Tensor t, Tensor losses);

    /// <value>What was learned, for checkpoints. Default <see langword="null"/>: nothing that is to be kept.</value>
    nn.Module? Learned => null;
}
