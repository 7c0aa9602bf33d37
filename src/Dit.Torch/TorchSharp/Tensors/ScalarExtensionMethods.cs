namespace TorchSharp;

/// <summary>Conversions between .NET numbers and <see cref="Scalar"/>.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this byte value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this sbyte value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this short value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this int value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this long value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this Half value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this float value) => value;

    /// <summary>The number as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this double value) => value;

    /// <summary>The truth value as a <see cref="Scalar"/>.</summary>
    public static Scalar ToScalar(this bool value) => value;

    /// <summary>The number as <see cref="float"/>.</summary>
    public static float ToSingle(this Scalar value) => (float)value.AsDouble;

    /// <summary>The number as <see cref="double"/>.</summary>
    public static double ToDouble(this Scalar value) => value.AsDouble;

    /// <summary>The number as <see cref="Half"/>.</summary>
    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble;

    /// <summary>The number as <see cref="byte"/>.</summary>
    public static byte ToByte(this Scalar value) => (byte)value.AsInt64;

    /// <summary>The number as <see cref="sbyte"/>.</summary>
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.AsInt64;

    /// <summary>The number as <see cref="short"/>.</summary>
    public static short ToInt16(this Scalar value) => (short)value.AsInt64;

    /// <summary>The number as <see cref="int"/>.</summary>
    public static int ToInt32(this Scalar value) => (int)value.AsInt64;

    /// <summary>The number as <see cref="long"/>.</summary>
    public static long ToInt64(this Scalar value) => value.AsInt64;

    /// <summary>Whether the number is not zero.</summary>
    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}
