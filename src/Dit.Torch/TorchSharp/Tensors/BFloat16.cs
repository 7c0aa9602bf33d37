using System.Globalization;

namespace TorchSharp;

/// <summary>A 16-bit floating-point number: <see cref="float"/>'s range with 8 bits of precision.</summary>
public readonly struct BFloat16 : IComparable<BFloat16>, IEquatable<BFloat16>
{
    private readonly ushort bits;

    private BFloat16(ushort bits) => this.bits = bits;

    /// <summary>The nearest number, ties to even.</summary>
    public BFloat16(float f)
    {
        var raw = BitConverter.SingleToUInt32Bits(f);
        bits = float.IsNaN(f) ? (ushort)((raw >> 16) | 0x40) : (ushort)((raw + 0x7fff + ((raw >> 16) & 1)) >> 16);
    }

    /// <summary>The number with the given 16 bits.</summary>
    public static BFloat16 FromRawValue(ushort rawValue) => new(rawValue);

    /// <summary>The number as <see cref="float"/>, exactly.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Whether the number is not a number.</summary>
    public static bool IsNaN(BFloat16 bf) => float.IsNaN(bf.ToSingle());

    /// <summary>The nearest number, ties to even.</summary>
    public static explicit operator BFloat16(float f) => new(f);

    /// <summary>The nearest number, ties to even.</summary>
    public static explicit operator BFloat16(double d) => new((float)d);

    /// <summary>The number as <see cref="float"/>, exactly.</summary>
    public static explicit operator float(BFloat16 bf) => bf.ToSingle();

    /// <summary>The number as <see cref="double"/>, exactly.</summary>
    public static explicit operator double(BFloat16 bf) => bf.ToSingle();

    /// <summary>Whether two numbers are equal.</summary>
    public static bool operator ==(BFloat16 a, BFloat16 b) => a.ToSingle() == b.ToSingle();

    /// <summary>Whether two numbers differ.</summary>
    public static bool operator !=(BFloat16 a, BFloat16 b) => !(a == b);

    /// <summary>Whether the left number is smaller.</summary>
    public static bool operator <(BFloat16 a, BFloat16 b) => a.ToSingle() < b.ToSingle();

    /// <summary>Whether the left number is larger.</summary>
    public static bool operator >(BFloat16 a, BFloat16 b) => a.ToSingle() > b.ToSingle();

    /// <summary>Whether the left number is not larger.</summary>
    public static bool operator <=(BFloat16 a, BFloat16 b) => a.ToSingle() <= b.ToSingle();

    /// <summary>Whether the left number is not smaller.</summary>
    public static bool operator >=(BFloat16 a, BFloat16 b) => a.ToSingle() >= b.ToSingle();

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ToSingle().CompareTo(other.ToSingle());

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => ToSingle().Equals(other.ToSingle());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToSingle().GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ToSingle().ToString(CultureInfo.InvariantCulture);
}
