using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>A fixture's draws, one after another.</summary>
/// <param name="draws">[steps, B, C, H, W].</param>
internal sealed class RecordedNoise(Tensor draws) : INoiseSource, INoiseDraws
{
    /// <summary>How many were drawn.</summary>
    public int Count { get; private set; }

    public INoiseDraws Start(Tensor initial) => this;

    public Tensor Next(Tensor like) => draws[Count++].to(like.dtype);

    public void Dispose()
    {
    }
}
