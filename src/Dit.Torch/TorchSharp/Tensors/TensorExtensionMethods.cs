using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Conversions between tensors and .NET numbers.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The product of the sizes of a shape.</summary>
    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 => 8,
        _ => throw new NotSupportedException($"Elements of type {type} are not supported."),
    };

    /// <summary>Writes element type, shape and elements in TorchSharp's format.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        writer.Write7BitEncodedInt64(tensor.ndim);
        foreach (var size in tensor.shape) writer.Write7BitEncodedInt64(size);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    /// <summary>Reads a tensor that <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="skip">Whether to read past the tensor and return an empty one.</param>
    /// <exception cref="InvalidDataException">The header is not one of a tensor.</exception>
    /// <exception cref="EndOfStreamException">The stream ends inside the tensor.</exception>
    public static Tensor Load(BinaryReader reader, bool skip = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var type = (ScalarType)reader.Read7BitEncodedInt64();
        var dimensions = reader.Read7BitEncodedInt64();
        if (!Enum.IsDefined(type) || dimensions is < 0 or > 64)
            throw new InvalidDataException($"Not a tensor: element type {(int)type}, {dimensions} dimensions.");
        var shape = new long[dimensions];
        for (var d = 0; d < dimensions; d++) shape[d] = reader.Read7BitEncodedInt64();
        if (shape.Any(size => size < 0) || shape.Aggregate(1.0, (product, size) => product * size) > long.MaxValue / 8)
            throw new InvalidDataException($"Not a tensor: its shape would be {Shape.Text(shape)}.");
        var bytes = shape.TotalSize() * type.ElementSize();
        if (reader.BaseStream.CanSeek && bytes > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new EndOfStreamException($"The tensor {Shape.Text(shape)} of {type} needs {bytes} bytes, but {reader.BaseStream.Length - reader.BaseStream.Position} are left.");
        using var scope = NewDisposeScope();
        var tensor = empty(shape, type);
        tensor.ReadBytesFromStream(reader.BaseStream);
        return (skip ? empty(0) : tensor).MoveToOuterDisposeScope();
    }

    /// <summary>The single element as <see cref="float"/>.</summary>
    public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();

    /// <summary>The single element as <see cref="double"/>.</summary>
    public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();

    /// <summary>The single element as <see cref="int"/>.</summary>
    public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();

    /// <summary>The single element as <see cref="long"/>.</summary>
    public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();

    /// <summary>The single element as <see cref="byte"/>.</summary>
    public static byte ToByte(this Tensor value) => value.ToScalar().ToByte();

    /// <summary>Whether the single element is not zero.</summary>
    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();
}
