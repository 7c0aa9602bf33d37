using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// EDM's preconditioning around a network F, for <see cref="EdmPath"/>: x_0 = c_skip x + c_out F(c_in x, c_noise), with x = x_0 + s eps (Karras et al. 2022,
/// equation 7 and table 1). <see cref="DenoisingObjective.Preconditioning"/> puts it around the network in training and sampling.
/// </summary>
/// <remarks>
/// F sees and says numbers of variance 1 at every noise level. With sigma_data = 1 this is <see cref="Prediction.V"/> with the sign turned.
/// </remarks>
public sealed class EdmPreconditioning
{
    /// <param name="sigmaData">The standard deviation of the data, above 0. Default 0.5, EDM's choice for images in [-1, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is not finite or not above 0.</exception>
    public EdmPreconditioning(double sigmaData = 0.5)
    {
        if (!double.IsFinite(sigmaData) || sigmaData <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigmaData), sigmaData, "The standard deviation of the data must be finite and above 0.");
        SigmaData = sigmaData;
    }

    /// <summary>The standard deviation of the data.</summary>
    public double SigmaData { get; }

    /// <summary>What the network sees: c_in x.</summary>
    /// <param name="state">A state of <see cref="EdmPath"/>, [B, C, H, W].</param>
    /// <param name="t">Its times, [B], or [1] for all.</param>
    /// <returns>[B, C, H, W], of variance 1; the caller owns it.</returns>
    public Tensor Input(Tensor state, Tensor t)
    {
        using var scope = NewDisposeScope();
        var (s, total) = Levels(state, t);                                              // [B, 1, 1, 1] each
        return ((1 + s * s).sqrt() / total.sqrt() * state).MoveToOuterDisposeScope();
    }

    /// <summary>The expected data: c_skip x + c_out F.</summary>
    /// <param name="state">A state of <see cref="EdmPath"/>, [B, C, H, W].</param>
    /// <param name="t">Its times, [B], or [1] for all.</param>
    /// <param name="output">What the network says to <see cref="Input"/>, [B, C, H, W].</param>
    /// <returns>x_0, [B, C, H, W]; the caller owns it.</returns>
    public Tensor Output(Tensor state, Tensor t, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var scope = NewDisposeScope();
        var (s, total) = Levels(state, t);                                              // [B, 1, 1, 1] each
        var noisy = (1 + s * s).sqrt() * state;                                         // [B, C, H, W], x_0 + s eps
        return (SigmaData * SigmaData / total * noisy + SigmaData * s / total.sqrt() * output).MoveToOuterDisposeScope();
    }

    /// <summary>The noise level s, and the variance of x_0 + s eps.</summary>
    private (Tensor S, Tensor Total) Levels(Tensor state, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(t);
        var s = EdmPath.NoiseLevel(t).view(-1, 1, 1, 1);                                // [B, 1, 1, 1]
        return (s, s * s + SigmaData * SigmaData);
    }
}
