using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>TorchSharp's binary form of a tensor: element type, number of dimensions and sizes (LEB128), then the bytes.</summary>
internal static class TensorFile
{
    private const int MaxDimensions = 64;

    /// <summary>Writes a tensor.</summary>
    internal static void Write(BinaryWriter writer, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(tensor);
        var shape = tensor.shape;
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        writer.Write7BitEncodedInt64(shape.Length);
        foreach (var size in shape) writer.Write7BitEncodedInt64(size);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    /// <summary>Reads a tensor, on the CPU.</summary>
    /// <exception cref="InvalidDataException">This is no tensor.</exception>
    /// <exception cref="EndOfStreamException">The stream ends before the tensor does.</exception>
    internal static Tensor Read(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (dtype, shape) = ReadHeader(reader);
        var tensor = empty(shape, dtype: dtype, device: CPU);
        tensor.ReadBytesFromStream(reader.BaseStream);
        return tensor;
    }

    private static (ScalarType dtype, long[] shape) ReadHeader(BinaryReader reader)
    {
        var dtype = (ScalarType)reader.Read7BitEncodedInt64();
        if (!Enum.IsDefined(dtype)) throw new InvalidDataException($"The tensor's element type is {(int)dtype}, which there is not.");
        var dimensions = reader.Read7BitEncodedInt64();
        if (dimensions is < 0 or > MaxDimensions) throw new InvalidDataException($"The tensor has {dimensions} dimensions; at most {MaxDimensions} are allowed.");
        var shape = new long[dimensions];
        for (var d = 0; d < shape.Length; d++)
        {
            shape[d] = reader.Read7BitEncodedInt64();
            if (shape[d] < 0) throw new InvalidDataException($"Dimension {d} of the tensor has the size {shape[d]}.");
        }
        CheckLength(reader.BaseStream, dtype, shape);
        return (dtype, shape);
    }

    /// <summary>Refuses, before memory is taken, a tensor that is longer than the rest of its file.</summary>
    private static void CheckLength(Stream stream, ScalarType dtype, long[] shape)
    {
        if (!stream.CanSeek) return;
        var length = shape.Aggregate((Int128)dtype.ElementSize(), (product, size) => product * size);
        var left = stream.Length - stream.Position;
        if (length > left) throw new EndOfStreamException($"The tensor takes {length} bytes, but the stream has only {left} left.");
    }
}
