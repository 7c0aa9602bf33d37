using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>
/// EDM's preconditioning around a network F, for <see cref="EdmPath"/>: x_0 = c_skip x + c_out F(c_in x, c_noise), with x = x_0 + s eps (Karras et al. 2022,
/// equation 7 and table 1). The result is a network that predicts <see cref="Prediction.Sample"/>.
/// </summary>
/// <remarks>
/// F sees and says numbers of variance 1 at every noise level. With sigma_data = 1 this is <see cref="Prediction.V"/> with the sign turned.
/// </remarks>
public sealed class EdmPreconditioning : Network
{
    private readonly Network _network;

    /// <param name="network">F: (c_in x [B, C, H, W], c_noise [B], labels [B] or null) to [B, C, H, W]. It becomes a part of this one, named "network".</param>
    /// <param name="sigmaData">The standard deviation of the data, above 0. Default 0.5, EDM's choice for images in [-1, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is not finite or not above 0.</exception>
    public EdmPreconditioning(Network network, double sigmaData = 0.5) : base(nameof(EdmPreconditioning))
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!double.IsFinite(sigmaData) || sigmaData <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigmaData), sigmaData, "The standard deviation of the data must be finite and above 0.");
        (_network, SigmaData) = (network, sigmaData);
        register_module("network", network);
    }

    /// <summary>The standard deviation of the data.</summary>
    public double SigmaData { get; }

    /// <summary>The expected data.</summary>
    /// <param name="x">A state of <see cref="EdmPath"/>, [B, C, H, W].</param>
    /// <param name="t">c_noise = ln(s) / 4, [B], as <see cref="EdmPath.NetworkTime(Tensor)"/> tells it.</param>
    /// <param name="y">Labels, [B], or null.</param>
    /// <returns>x_0, [B, C, H, W].</returns>
    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var s = (4 * t).exp().view(-1, 1, 1, 1);                                        // [B, 1, 1, 1]
        var total = s * s + SigmaData * SigmaData;                                      // [B, 1, 1, 1], the variance of x_0 + s eps
        var noisy = (1 + s * s).sqrt() * x;                                             // [B, C, H, W], x_0 + s eps
        var output = _network.call(noisy / total.sqrt(), t, y)!;                        // [B, C, H, W]
        return (SigmaData * SigmaData / total * noisy + SigmaData * s / total.sqrt() * output).MoveToOuterDisposeScope();
    }
}
