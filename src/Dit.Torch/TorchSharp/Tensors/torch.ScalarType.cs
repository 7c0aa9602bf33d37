namespace TorchSharp;

public static partial class torch
{
    /// <summary>The type of a tensor's elements.</summary>
    public enum ScalarType : sbyte
    {
        /// <summary>Unsigned 8-bit integer.</summary>
        Byte = 0,

        /// <summary>Signed 8-bit integer.</summary>
        Int8 = 1,

        /// <summary>Signed 16-bit integer.</summary>
        Int16 = 2,

        /// <summary>Signed 32-bit integer.</summary>
        Int32 = 3,

        /// <summary>Signed 64-bit integer.</summary>
        Int64 = 4,

        /// <summary>IEEE half precision.</summary>
        Float16 = 5,

        /// <summary>IEEE single precision.</summary>
        Float32 = 6,

        /// <summary>IEEE double precision.</summary>
        Float64 = 7,

        /// <summary>Complex number of two single-precision parts.</summary>
        ComplexFloat32 = 9,

        /// <summary>Complex number of two double-precision parts.</summary>
        ComplexFloat64 = 10,

        /// <summary>Truth value.</summary>
        Bool = 11,

        /// <summary>Single precision's range with 8 bits of precision.</summary>
        BFloat16 = 15,
    }

    /// <summary>Unsigned 8-bit integer.</summary>
    public static ScalarType uint8 = ScalarType.Byte;

    /// <summary>Signed 8-bit integer.</summary>
    public static ScalarType int8 = ScalarType.Int8;

    /// <summary>Signed 16-bit integer.</summary>
    public static ScalarType int16 = ScalarType.Int16;

    /// <summary>Signed 32-bit integer.</summary>
    public static ScalarType int32 = ScalarType.Int32;

    /// <summary>Signed 64-bit integer.</summary>
    public static ScalarType int64 = ScalarType.Int64;

    /// <summary>IEEE half precision.</summary>
    public static ScalarType float16 = ScalarType.Float16;

    /// <summary>IEEE single precision.</summary>
    public static ScalarType float32 = ScalarType.Float32;

    /// <summary>IEEE double precision.</summary>
    public static ScalarType float64 = ScalarType.Float64;

    /// <summary>Single precision's range with 8 bits of precision.</summary>
    public static ScalarType bfloat16 = ScalarType.BFloat16;

    /// <summary>Truth value.</summary>
    public static ScalarType @bool = ScalarType.Bool;

    private static ScalarType defaultType = ScalarType.Float32;

    /// <summary>The element type of floating-point tensors made without one.</summary>
    public static ScalarType get_default_dtype() => defaultType;

    /// <summary>Sets the element type of floating-point tensors made without one.</summary>
    /// <exception cref="ArgumentException">The type is not a floating-point type.</exception>
    public static void set_default_dtype(ScalarType dtype)
    {
        if (!is_floating_point(dtype)) throw new ArgumentException($"The default type must be a floating-point type, but is {dtype}.", nameof(dtype));
        defaultType = dtype;
    }

    /// <summary>Whether an element type holds floating-point numbers.</summary>
    public static bool is_floating_point(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Whether an element type holds integers (truth values among them).</summary>
    public static bool is_integral(ScalarType type) =>
        type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 or ScalarType.Bool;
}
