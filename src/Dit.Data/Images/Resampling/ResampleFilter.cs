namespace Dit.Data;

/// <summary>Filters of a resize. All are widened when an image is reduced, so that nothing aliases; numbers are Pillow's.</summary>
public enum ResampleFilter
{
    /// <summary>The mean of the pixels that fall on one (support 0.5).</summary>
    Box,

    /// <summary>The triangle (support 1).</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5 (support 2).</summary>
    Bicubic,

    /// <summary>The sinc windowed by a wider sinc (support 3).</summary>
    Lanczos,
}
