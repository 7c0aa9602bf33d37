namespace Dit.Data;

/// <summary>What a <see cref="LatentCache"/> keeps of an image.</summary>
public enum LatentContent
{
    /// <summary>
    /// Mean and standard deviation of the latents' distribution: every epoch draws new latents from them, as the official DiT does. Twice the size, and
    /// a codec that has distributions (<see cref="Core.ILatentCodec.EncodeDistribution"/>).
    /// </summary>
    Moments,

    /// <summary>The latents that the codec gave, the same in every epoch.</summary>
    Samples,
}
