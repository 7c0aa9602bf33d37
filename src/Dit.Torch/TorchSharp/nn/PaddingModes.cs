namespace TorchSharp;

/// <summary>What a margin holds.</summary>
public enum PaddingModes
{
    /// <summary>Zeros.</summary>
    Zeros = 0,

    /// <summary>The image mirrored at its border.</summary>
    Reflect = 1,

    /// <summary>The border repeated.</summary>
    Replicate = 2,

    /// <summary>The opposite side.</summary>
    Circular = 3,

    /// <summary>One value.</summary>
    Constant = 4,
}
