using System.Globalization;
using Dit.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>One number of any element type, as operators take it.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(ValueTag tag, long bits, ScalarType? type = null)
    {
        Tag = tag;
        Bits = bits;
        Type = type ?? tag switch { ValueTag.Double => ScalarType.Float64, ValueTag.Bool => ScalarType.Bool, _ => ScalarType.Int64 };
    }

    private Scalar(double value, ScalarType type) : this(ValueTag.Double, BitConverter.DoubleToInt64Bits(value), type) { }

    internal ValueTag Tag { get; }

    internal long Bits { get; }

    internal double AsDouble => Tag == ValueTag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    internal long AsInt64 => Tag == ValueTag.Double ? (long)AsDouble : Bits;

    internal string Text => Tag == ValueTag.Double ? AsDouble.ToString("R", CultureInfo.InvariantCulture) : Bits.ToString(CultureInfo.InvariantCulture);

    /// <summary>The element type of the number.</summary>
    public ScalarType Type { get; }

    /// <summary>Does nothing: this number holds no native memory.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>A number of type Byte.</summary>
    public static implicit operator Scalar(byte value) => new(ValueTag.Int, value, ScalarType.Byte);

    /// <summary>A number of type Int8.</summary>
    public static implicit operator Scalar(sbyte value) => new(ValueTag.Int, value, ScalarType.Int8);

    /// <summary>A number of type Int16.</summary>
    public static implicit operator Scalar(short value) => new(ValueTag.Int, value, ScalarType.Int16);

    /// <summary>A number of type Int32.</summary>
    public static implicit operator Scalar(int value) => new(ValueTag.Int, value, ScalarType.Int32);

    /// <summary>A number of type Int64.</summary>
    public static implicit operator Scalar(long value) => new(ValueTag.Int, value, ScalarType.Int64);

    /// <summary>A number of type Float16.</summary>
    public static implicit operator Scalar(Half value) => new((double)value, ScalarType.Float16);

    /// <summary>A number of type Float32.</summary>
    public static implicit operator Scalar(float value) => new(value, ScalarType.Float32);

    /// <summary>A number of type Float64.</summary>
    public static implicit operator Scalar(double value) => new(value, ScalarType.Float64);

    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(ValueTag.Bool, value ? 1 : 0, ScalarType.Bool);
}
