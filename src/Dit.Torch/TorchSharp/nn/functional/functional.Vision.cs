using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Adds (or, where negative, cuts) margins.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="pad">The margins, the last dimension's first: left, right, top, bottom, ...</param>
            /// <param name="mode">What the margin holds.</param>
            /// <param name="value">The margin's value in constant mode.</param>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                Operator.Call("aten::pad", Required(input), pad, mode switch
                {
                    PaddingModes.Zeros or PaddingModes.Constant => "constant",
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a padding mode."),
                }, mode == PaddingModes.Constant ? value : Argument.None);

            /// <summary>Adds (or, where negative, cuts) margins.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="pad">The margin on either side of the last dimension.</param>
            /// <param name="mode">What the margin holds.</param>
            /// <param name="value">The margin's value in constant mode.</param>
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad, pad], mode, value);

            /// <summary>Adds (or, where negative, cuts) margins.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="pad">The margins, the last dimension's first: left, right, top, bottom, ...</param>
            /// <param name="mode">What the margin holds.</param>
            /// <param name="value">The margin's value in constant mode.</param>
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            /// <summary>Adds (or, where negative, cuts) margins.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="pad">The margins, the last dimension's first: left, right, top, bottom, ...</param>
            /// <param name="mode">What the margin holds.</param>
            /// <param name="value">The margin's value in constant mode.</param>
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>[B, C r^2, H, W] to [B, C, H r, W r].</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="upscale_factor">r.</param>
            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) =>
                Operator.Call("aten::pixel_shuffle", Required(input), upscale_factor);

            /// <summary>[B, C, H r, W r] to [B, C r^2, H, W].</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="downscale_factor">r.</param>
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) =>
                Operator.Call("aten::pixel_unshuffle", Required(input), downscale_factor);

            /// <summary>The patches of images as columns: [B, C, H, W] to [B, C KH KW, L].</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the patches.</param>
            /// <param name="dilation">The distance between a patch's points.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="stride">The step from patch to patch.</param>
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            /// <summary>The patches of images as columns: [B, C, H, W] to [B, C KH KW, L].</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the patches.</param>
            /// <param name="dilation">The distance between a patch's points, 1 if null.</param>
            /// <param name="padding">The margin on either side, 0 if null.</param>
            /// <param name="stride">The step from patch to patch, 1 if null.</param>
            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
                (long, long)? stride = null) =>
                Operator.Call("aten::im2col", Required(input), Two(kernel_size), Two(dilation ?? (1, 1)), Two(padding ?? (0, 0)), Two(stride ?? (1, 1)));

            /// <summary>Images from the sums of their patches: the transpose of unfold.</summary>
            /// <param name="input">[B, C KH KW, L].</param>
            /// <param name="output_size">The size of the image.</param>
            /// <param name="kernel_size">The size of the patches.</param>
            /// <param name="dilation">The distance between a patch's points.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="stride">The step from patch to patch.</param>
            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            /// <summary>Images from the sums of their patches: the transpose of unfold.</summary>
            /// <param name="input">[B, C KH KW, L].</param>
            /// <param name="output_size">The size of the image.</param>
            /// <param name="kernel_size">The size of the patches.</param>
            /// <param name="dilation">The distance between a patch's points, 1 if null.</param>
            /// <param name="padding">The margin on either side, 0 if null.</param>
            /// <param name="stride">The step from patch to patch, 1 if null.</param>
            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null,
                (long, long)? padding = null, (long, long)? stride = null) =>
                Operator.Call("aten::col2im", Required(input), Two(output_size), Two(kernel_size), Two(dilation ?? (1, 1)), Two(padding ?? (0, 0)),
                    Two(stride ?? (1, 1)));
        }
    }
}
