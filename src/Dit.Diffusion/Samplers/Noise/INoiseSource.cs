using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Where a stochastic sampler draws its noise from.</summary>
public interface INoiseSource
{
    /// <summary>Begins a walk.</summary>
    /// <param name="initial">The noise that it starts from, [B, C, H, W].</param>
    /// <returns>What it draws, one tensor after another; the walk disposes it.</returns>
    /// <exception cref="ArgumentException">The batch is not of the size that the source is for.</exception>
    INoiseDraws Start(Tensor initial);
}

/// <summary>The noise of one walk.</summary>
public interface INoiseDraws : IDisposable
{
    /// <summary>New noise, N(0, 1).</summary>
    /// <param name="like">What it is to be like: shape, type, device.</param>
    /// <returns>[B, C, H, W]; the caller owns it.</returns>
    Tensor Next(Tensor like);
}
