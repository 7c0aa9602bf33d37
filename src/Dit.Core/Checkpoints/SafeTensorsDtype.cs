using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Element types of the safetensors format and of torch.</summary>
internal static class SafeTensorsDtype
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Names of all types, for messages.</summary>
    public static string Names => string.Join(", ", Known.Select(k => k.Name));

    public static bool TryParse(string name, out ScalarType type)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                type = known.Type;
                return true;
            }
        }
        type = default;
        return false;
    }

    public static int SizeOf(ScalarType type) => Find(type).Size;

    public static string NameOf(ScalarType type) => Find(type).Name;

    private static (string Name, ScalarType Type, int Size) Find(ScalarType type)
    {
        foreach (var known in Known)
        {
            if (known.Type == type)
                return known;
        }
        throw new ArgumentException($"Tensors of type {type} cannot be saved as safetensors; convert them to one of {Names}.", nameof(type));
    }
}
