using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The greatest value of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="dilation">The distance between the window's points.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
            MaxPool2d([kernel_size], functional.One(stride), functional.One(padding), functional.One(dilation), ceil_mode);

        /// <summary>The greatest value of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="dilation">The distance between the window's points.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        public static MaxPool2d MaxPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null,
            bool ceil_mode = false) =>
            MaxPool2d(functional.Two(kernel_size), functional.Two(stride), functional.Two(padding), functional.Two(dilation), ceil_mode);

        /// <summary>The greatest value of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="dilation">The distance between the window's points.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        public static MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
            new(kernel_size, stride ?? [], padding ?? [0], dilation ?? [1], ceil_mode);

        /// <summary>The mean of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
        /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
        public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true,
            long? divisor_override = null) =>
            AvgPool2d([kernel_size], functional.One(stride), functional.One(padding), ceil_mode, count_include_pad, divisor_override);

        /// <summary>The mean of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
        /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
        public static AvgPool2d AvgPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            AvgPool2d(functional.Two(kernel_size), functional.Two(stride), functional.Two(padding), ceil_mode, count_include_pad, divisor_override);

        /// <summary>The mean of each window of [B, C, H, W].</summary>
        /// <param name="kernel_size">The size of the window.</param>
        /// <param name="stride">The step, the window's size if null.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
        /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
        /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
        public static AvgPool2d AvgPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            new(kernel_size, stride ?? [], padding ?? [0], ceil_mode, count_include_pad, divisor_override);

        /// <summary>The mean of windows of [B, C, H, W] chosen so that the result has a given size.</summary>
        /// <param name="output_size">The size of the result.</param>
        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new([output_size, output_size]);

        /// <summary>The mean of windows of [B, C, H, W] chosen so that the result has a given size.</summary>
        /// <param name="output_size">The size of the result.</param>
        public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size) => new(functional.Two(output_size));

        /// <summary>The mean of windows of [B, C, H, W] chosen so that the result has a given size.</summary>
        /// <param name="output_size">The size of the result.</param>
        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);

        /// <summary>The patches of images as columns.</summary>
        /// <param name="kernel_size">The size of the patches.</param>
        /// <param name="dilation">The distance between a patch's points.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="stride">The step from patch to patch.</param>
        public static Unfold Unfold(long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
            new((kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

        /// <summary>The patches of images as columns.</summary>
        /// <param name="kernel_size">The size of the patches.</param>
        /// <param name="dilation">The distance between a patch's points.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="stride">The step from patch to patch.</param>
        public static Unfold Unfold((long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
            new(kernel_size, dilation ?? (1, 1), padding ?? (0, 0), stride ?? (1, 1));

        /// <summary>Images from the sums of their patches.</summary>
        /// <param name="output_size">The size of the images.</param>
        /// <param name="kernel_size">The size of the patches.</param>
        /// <param name="dilation">The distance between a patch's points.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="stride">The step from patch to patch.</param>
        public static Fold Fold(long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
            new((output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

        /// <summary>Images from the sums of their patches.</summary>
        /// <param name="output_size">The size of the images.</param>
        /// <param name="kernel_size">The size of the patches.</param>
        /// <param name="dilation">The distance between a patch's points.</param>
        /// <param name="padding">The margin on either side.</param>
        /// <param name="stride">The step from patch to patch.</param>
        public static Fold Fold((long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
            (long, long)? stride = null) =>
            new(output_size, kernel_size, dilation ?? (1, 1), padding ?? (0, 0), stride ?? (1, 1));

        /// <summary>[B, C r^2, H, W] to [B, C, H r, W r].</summary>
        /// <param name="upscale_factor">r.</param>
        public static PixelShuffle PixelShuffle(long upscale_factor) => new(upscale_factor);

        /// <summary>[B, C, H r, W r] to [B, C r^2, H, W].</summary>
        /// <param name="downscale_factor">r.</param>
        public static PixelUnshuffle PixelUnshuffle(long downscale_factor) => new(downscale_factor);
    }
}
