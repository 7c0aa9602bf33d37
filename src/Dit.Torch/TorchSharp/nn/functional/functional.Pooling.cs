using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>The greatest value of each window.</summary>
            /// <param name="input">[B, C, L] or [C, L].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="dilation">The distance between the window's points, 1 if null.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                Operator.Call("aten::max_pool1d", Required(input), Each(kernel_size, 1), Each(stride, kernel_size), Each(padding, 0), Each(dilation, 1),
                    ceil_mode);

            /// <summary>The greatest value of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="dilation">The distance between the window's points, 1 if null.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                max_pool2d(input, [kernel_size], One(stride), One(padding), One(dilation), ceil_mode);

            /// <summary>The greatest value of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="dilation">The distance between the window's points, 1 if null.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Two(kernel_size), Two(stride), Two(padding), Two(dilation), ceil_mode);

            /// <summary>The greatest value of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="strides">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="dilation">The distance between the window's points, 1 if null.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null,
                bool ceil_mode = false) =>
                Operator.Call("aten::max_pool2d", Required(input), kernel_size, strides ?? [], padding ?? [0], dilation ?? [1], ceil_mode);

            /// <summary>The greatest value of each window, and where it is.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="strides">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="dilation">The distance between the window's points, 1 if null.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null,
                long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
            {
                var results = Operator.CallTuple("aten::max_pool2d_with_indices", Required(input), kernel_size, strides ?? [], padding ?? [0], dilation ?? [1],
                    ceil_mode);
                return (results[0]!, results[1]!);
            }

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B, C, L] or [C, L].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
            public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                Operator.Call("aten::avg_pool1d", Required(input), Each(kernel_size, 1), Each(stride, kernel_size), Each(padding, 0), ceil_mode,
                    count_include_pad);

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
            /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, [kernel_size], One(stride), [padding], ceil_mode, count_include_pad, divisor_override);

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
            /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
            public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Two(kernel_size), Two(stride), Two(padding), ceil_mode, count_include_pad, divisor_override);

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="kernel_size">The size of the window.</param>
            /// <param name="stride">The step, the window's size if null.</param>
            /// <param name="padding">The margin on either side.</param>
            /// <param name="ceil_mode">Whether an incomplete window at the end counts.</param>
            /// <param name="count_include_pad">Whether the margin counts in the mean.</param>
            /// <param name="divisor_override">What to divide by instead of the window's size, or null.</param>
            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                Operator.Call("aten::avg_pool2d", Required(input), kernel_size, stride ?? [], padding ?? [0], ceil_mode, count_include_pad, divisor_override);

            /// <summary>The mean of windows chosen so that the result has a given size.</summary>
            /// <param name="input">[B, C, L] or [C, L].</param>
            /// <param name="output_size">The size of the result.</param>
            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) =>
                Operator.Call("aten::adaptive_avg_pool1d", Required(input), Each(output_size, 1));

            /// <summary>The mean of windows chosen so that the result has a given size.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="output_size">The size of the result.</param>
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) =>
                adaptive_avg_pool2d(input, [output_size, output_size]);

            /// <summary>The mean of windows chosen so that the result has a given size.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="output_size">The size of the result.</param>
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) =>
                adaptive_avg_pool2d(input, Two(output_size));

            /// <summary>The mean of windows chosen so that the result has a given size.</summary>
            /// <param name="input">[B, C, H, W] or [C, H, W].</param>
            /// <param name="output_size">The size of the result.</param>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) =>
                Operator.Call("aten::adaptive_avg_pool2d", Required(input), output_size);

            internal static long[]? One(long? value) => value is { } v ? [v] : null;

            internal static long[] Two((long, long) value) => [value.Item1, value.Item2];

            internal static long[]? Two((long, long)? value) => value is { } v ? [v.Item1, v.Item2] : null;
        }
    }
}
