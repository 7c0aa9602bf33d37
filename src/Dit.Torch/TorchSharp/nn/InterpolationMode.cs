namespace TorchSharp;

public static partial class torch
{
    /// <summary>How values between the points of a grid are found.</summary>
    public enum InterpolationMode
    {
        /// <summary>The nearest point, with PyTorch's historical rounding.</summary>
        Nearest = 0,

        /// <summary>Linear in one dimension.</summary>
        Linear = 1,

        /// <summary>Linear in two dimensions.</summary>
        Bilinear = 2,

        /// <summary>Cubic in two dimensions.</summary>
        Bicubic = 3,

        /// <summary>Linear in three dimensions.</summary>
        Trilinear = 4,

        /// <summary>The mean of the area.</summary>
        Area = 5,

        /// <summary>The nearest point.</summary>
        NearestExact = 6,
    }
}
