using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Resizes [B, C, L], [B, C, H, W] or [B, C, D, H, W] to a size, or by a factor.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="size">The new spatial size, or null.</param>
            /// <param name="scale_factor">The factors, one or one for each dimension, or null.</param>
            /// <param name="mode">How values between the points are found.</param>
            /// <param name="align_corners">Whether the corner points keep their places (linear modes and bicubic).</param>
            /// <param name="recompute_scale_factor">Whether the scale is taken from the rounded size instead of as given.</param>
            /// <param name="antialias">Whether to smooth before shrinking (bilinear and bicubic).</param>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                Required(x);
                var spatial = (int)x.dim() - 2;
                if (spatial is < 1 or > 3) throw new ArgumentException($"Three to five dimensions are wanted, not {x.dim()}.", nameof(x));
                if (size is null == scale_factor is null) throw new ArgumentException("Give either a size or a scale factor.", nameof(size));
                if (size is { Length: 1 }) size = Each(size, 0, spatial);
                if (scale_factor is { Length: 1 }) scale_factor = [.. Enumerable.Repeat(scale_factor[0], spatial)];
                if ((size?.Length ?? scale_factor!.Length) != spatial)
                    throw new ArgumentException($"One number or {spatial} are wanted for {spatial} spatial dimensions.",
                        size is null ? nameof(scale_factor) : nameof(size));
                var takesCorners = mode is InterpolationMode.Linear or InterpolationMode.Bilinear or InterpolationMode.Bicubic or InterpolationMode.Trilinear;
                if (align_corners is not null && !takesCorners) throw new ArgumentException($"{mode} has no corners to align.", nameof(align_corners));
                if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"{mode} has no antialiasing.", nameof(antialias));

                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = [.. scale_factor.Select((factor, i) => (long)Math.Floor(x.shape[i + 2] * factor))];
                    scale_factor = null;
                }
                var suffix = antialias ? "_aa.vec" : ".vec";
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, _) => Operator.Call($"aten::upsample_nearest{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, _) => Operator.Call($"aten::_upsample_nearest_exact{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.Area, _) => Operator.Call($"aten::adaptive_avg_pool{spatial}d", x, size),
                    (InterpolationMode.Linear, 1) => Operator.Call("aten::upsample_linear1d.vec", x, size, align_corners ?? false, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Operator.Call($"aten::{(antialias ? "_" : "")}upsample_bilinear2d{suffix}", x, size,
                        align_corners ?? false, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Operator.Call($"aten::{(antialias ? "_" : "")}upsample_bicubic2d{suffix}", x, size,
                        align_corners ?? false, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Operator.Call("aten::upsample_trilinear3d.vec", x, size, align_corners ?? false, scale_factor),
                    _ => throw new ArgumentException($"{mode} does not apply to {spatial} spatial dimensions.", nameof(mode)),
                };
            }
        }
    }
}
