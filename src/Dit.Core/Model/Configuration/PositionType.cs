namespace Dit.Core;

/// <summary>What is added to the tokens to tell where they are. Rotary positions are apart: <see cref="DitConfig.RotaryPositions"/>.</summary>
public enum PositionType
{
    /// <summary>Fixed sines and cosines of column and row: the official DiT's.</summary>
    SinCos2D,

    /// <summary>Fixed sines and cosines of the place in row-major order, alternating (Vaswani et al. 2017).</summary>
    SinCos1D,

    /// <summary>A learned table.</summary>
    Learned,

    /// <summary>Nothing.</summary>
    None,
}
