using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Normalises the last dimension.</summary>
        /// <param name="normalized_shape">The size of the last dimensions.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <param name="elementwise_affine">Whether there is a scale.</param>
        /// <param name="bias">Whether there is a shift.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static LayerNorm LayerNorm(long normalized_shape, double eps = 1e-5, bool elementwise_affine = true, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new([normalized_shape], eps, elementwise_affine, bias, device, dtype);

        /// <summary>Normalises the last dimensions.</summary>
        /// <param name="normalized_shape">The size of the last dimensions.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <param name="elementwise_affine">Whether there is a scale.</param>
        /// <param name="bias">Whether there is a shift.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-5, bool elementwise_affine = true, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

        /// <summary>Normalises groups of channels.</summary>
        /// <param name="num_groups">The number of groups.</param>
        /// <param name="num_channels">The number of channels, a multiple of it.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <param name="affine">Whether there are a scale and a shift.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static GroupNorm GroupNorm(long num_groups, long num_channels, double eps = 1e-5, bool affine = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(num_groups, num_channels, eps, affine, device, dtype);

        /// <summary>Normalises each channel of [B, C] or [B, C, L] over the batch.</summary>
        /// <param name="num_features">The number of channels, C.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <param name="momentum">The weight of a new batch in the running statistics.</param>
        /// <param name="affine">Whether there are a scale and a shift.</param>
        /// <param name="track_running_stats">Whether there are running statistics.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static BatchNorm1d BatchNorm1d(long num_features, double eps = 1e-5, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
            Device? device = null, ScalarType? dtype = null) =>
            new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

        /// <summary>Normalises each channel of [B, C, H, W] over the batch.</summary>
        /// <param name="num_features">The number of channels, C.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <param name="momentum">The weight of a new batch in the running statistics.</param>
        /// <param name="affine">Whether there are a scale and a shift.</param>
        /// <param name="track_running_stats">Whether there are running statistics.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-5, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
            Device? device = null, ScalarType? dtype = null) =>
            new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
    }
}
