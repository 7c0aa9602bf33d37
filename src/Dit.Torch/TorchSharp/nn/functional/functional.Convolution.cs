using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>A convolution in one dimension.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="stride">The step, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null,
                long groups = 1) =>
                Operator.Call("aten::conv1d", Required(input), Required(weight), bias, Each(stride, 1), Each(padding, 0), Each(dilation, 1), groups);

            /// <summary>A convolution in one dimension.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="stride">The step, 1 if null.</param>
            /// <param name="padding">None, or what keeps the size.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv1d_padding(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, Padding padding = Padding.Valid,
                long? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv1d.padding", Required(input), Required(weight), bias, Each(stride, 1), Text(padding), Each(dilation, 1), groups);

            /// <summary>A convolution in two dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv2d", Required(input), Required(weight), bias, Each(strides, 1, 2), Each(padding, 0, 2), Each(dilation, 1, 2), groups);

            /// <summary>A convolution in two dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">None, or what keeps the size.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid,
                long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv2d.padding", Required(input), Required(weight), bias, Each(strides, 1, 2), Text(padding), Each(dilation, 1, 2),
                    groups);

            /// <summary>A convolution in three dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv3d", Required(input), Required(weight), bias, Each(strides, 1, 3), Each(padding, 0, 3), Each(dilation, 1, 3), groups);

            /// <summary>A convolution in three dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[out, in / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">None, or what keeps the size.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv3d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid,
                long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv3d.padding", Required(input), Required(weight), bias, Each(strides, 1, 3), Text(padding), Each(dilation, 1, 3),
                    groups);

            /// <summary>A transposed convolution in one dimension.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[in, out / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="stride">The step, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="output_padding">What to add to one side of the output, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv_transpose1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? output_padding = null, long? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv_transpose1d", Required(input), Required(weight), bias, Each(stride, 1), Each(padding, 0), Each(output_padding, 0),
                    groups, Each(dilation, 1));

            /// <summary>A transposed convolution in two dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[in, out / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="output_padding">What to add to one side of the output, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv_transpose2d.input", Required(input), Required(weight), bias, Each(strides, 1, 2), Each(padding, 0, 2),
                    Each(output_padding, 0, 2), groups, Each(dilation, 1, 2));

            /// <summary>A transposed convolution in three dimensions.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="weight">[in, out / groups, ...].</param>
            /// <param name="bias">[out], or null.</param>
            /// <param name="strides">The steps, 1 if null.</param>
            /// <param name="padding">The zeros on either side, 0 if null.</param>
            /// <param name="output_padding">What to add to one side of the output, 0 if null.</param>
            /// <param name="dilation">The distance between the kernel's points, 1 if null.</param>
            /// <param name="groups">The number of independent groups of channels.</param>
            public static Tensor conv_transpose3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Operator.Call("aten::conv_transpose3d.input", Required(input), Required(weight), bias, Each(strides, 1, 3), Each(padding, 0, 3),
                    Each(output_padding, 0, 3), groups, Each(dilation, 1, 3));

            private static long[] Each(long? value, long absent) => [value ?? absent];

            private static long[] Each(long[]? values, long absent, int count)
            {
                if (values is null) return [.. Enumerable.Repeat(absent, count)];
                return values.Length == 1 ? [.. Enumerable.Repeat(values[0], count)] : values;
            }

            private static string Text(Padding padding) => padding switch
            {
                Padding.Valid => "valid",
                Padding.Same => "same",
                _ => throw new ArgumentOutOfRangeException(nameof(padding), padding, "Valid or Same."),
            };
        }
    }
}
