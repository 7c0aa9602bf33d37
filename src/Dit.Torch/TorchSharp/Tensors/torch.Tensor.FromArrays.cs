using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(byte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(byte[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(byte[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(byte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Byte, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(sbyte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(sbyte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(sbyte[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(sbyte[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(sbyte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<sbyte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Int8, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(short[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(short[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(short[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(short[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(short[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<short> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Int16, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(int[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(int[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(int[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(int[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Int32, dtype, device, requires_grad, names);

    /// <summary>A tensor of one number and no dimensions.</summary>
    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        Made(Operator.Call("aten::scalar_tensor", (Scalar)scalar, ScalarType.Int32, Argument.None, device), requires_grad);

    /// <summary>A tensor of one number and no dimensions.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Operator.Call("aten::scalar_tensor", (Scalar)scalar, dtype ?? ScalarType.Int64, Argument.None, device), requires_grad);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(long[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(long[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(long[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Int64, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Int64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(float[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(float[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(float[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Float32, dtype, device, requires_grad, names);

    /// <summary>A tensor of one number and no dimensions.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        Made(Operator.Call("aten::scalar_tensor", (Scalar)scalar, ScalarType.Float32, Argument.None, device), requires_grad);

    /// <summary>A tensor of one number and no dimensions.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Operator.Call("aten::scalar_tensor", (Scalar)scalar, dtype ?? ScalarType.Float64, Argument.None, device), requires_grad);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(double[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(double[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(double[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Float64, dtype, device, requires_grad, names);

    /// <summary>A tensor of one number and no dimensions.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Operator.Call("aten::scalar_tensor", (Scalar)scalar, dtype ?? ScalarType.Bool, Argument.None, device), requires_grad);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(bool[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(bool[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor.</summary>
    public static Tensor tensor(bool[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, null, ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of an array as a tensor of the given shape.</summary>
    public static Tensor tensor(bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, dimensions.ToArray(), ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor.</summary>
    public static Tensor tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), null, ScalarType.Bool, dtype, device, requires_grad, names);

    /// <summary>A copy of a list as a tensor of the given shape.</summary>
    public static Tensor tensor(IList<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray.ToArray(), dimensions.ToArray(), ScalarType.Int64, dtype, device, requires_grad, names);

    /// <summary>A copy of an array of any element type and number of dimensions as a tensor.</summary>
    /// <exception cref="NotSupportedException">The elements are of a type that tensors do not hold.</exception>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        return FromArray(rawArray, null, ElementTypeOf(rawArray), dtype, device, requires_grad, names);
    }

    /// <summary>A copy of an array of any element type and number of dimensions as a tensor.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    private static ScalarType ElementTypeOf(Array array) =>
        Enum.GetValues<ScalarType>().Cast<ScalarType?>().FirstOrDefault(t => Tensor.TypeOf(t!.Value) == array.GetType().GetElementType())
        ?? throw new NotSupportedException($"Tensors do not hold elements of type {array.GetType().GetElementType()}.");

    /// <summary>Copies an array into a new tensor.</summary>
    private static unsafe Tensor FromArray(Array source, long[]? dimensions, ScalarType sourceType, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        ArgumentNullException.ThrowIfNull(source);
        dimensions ??= [.. Enumerable.Range(0, source.Rank).Select(source.GetLongLength)];
        if (dimensions.TotalSize() != source.LongLength)
            throw new ArgumentException($"The shape {Shape.Text(dimensions)} has {dimensions.TotalSize()} elements, but the array has {source.LongLength}.", nameof(dimensions));
        using var scope = NewDisposeScope();
        var tensor = Operator.Call("aten::empty.memory_format", dimensions, sourceType, Argument.None, CPU);
        var size = checked((nuint)(source.LongLength * sourceType.ElementSize()));
        if (size > 0)
        {
            fixed (byte* bytes = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(source))
                System.Runtime.InteropServices.NativeMemory.Copy(bytes, tensor.Describe().Data, size);
        }
        if (dtype is { } type && type != sourceType) tensor = tensor.to_type(type);
        if (device is not null && device.type != DeviceType.CPU) tensor = tensor.to(device);
        return Made(tensor, requires_grad, names).MoveToOuterDisposeScope();
    }
}
