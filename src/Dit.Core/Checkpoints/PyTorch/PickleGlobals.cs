using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The types and functions that a pickle may name. None of Python's is ever run: what a call of one gives is built here.</summary>
internal static class PickleGlobals
{
    public const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    public const string RebuildParameter = "torch._utils._rebuild_parameter";

    private static readonly Dictionary<string, ScalarType> Storages = new()
    {
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
    };

    /// <summary>Types whose objects are kept as what they were made of.</summary>
    private static readonly HashSet<string> Opaque =
    [
        "argparse.Namespace", "torch.device",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath", "pathlib.PureWindowsPath",
    ];

    private static readonly HashSet<string> NamesOnly =
    [
        "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64", "torch.int32", "torch.int16", "torch.int8",
        "torch.uint8", "torch.bool", "torch.strided", "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.bytes",
    ];

    private static readonly HashSet<string> Containers =
    [
        "collections.OrderedDict", "collections.defaultdict", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set",
        "builtins.frozenset", "torch.Size", "_codecs.encode",
    ];

    /// <exception cref="InvalidDataException">The name is not allowed.</exception>
    public static PickleValue Find(string module, string name)
    {
        var full = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        if (full is not (RebuildTensor or RebuildParameter) && !Storages.ContainsKey(full) && !Opaque.Contains(full) && !NamesOnly.Contains(full) && !Containers.Contains(full))
        {
            throw new InvalidDataException(
                $"it asks for {module}.{name}, which is none of the types and functions that plain weights need; nothing of it was run");
        }
        return new PickleValue(PickleKind.Global, full);
    }

    /// <summary>The element type of a storage's class.</summary>
    public static ScalarType StorageType(PickleValue type) => type.Kind == PickleKind.Global && Storages.TryGetValue(type.TypeName!, out var dtype)
        ? dtype
        : throw new InvalidDataException($"{type} is no type of storage that is known");

    /// <summary>What a call gives.</summary>
    /// <exception cref="InvalidDataException">It cannot be called like this.</exception>
    public static PickleValue Call(PickleValue function, PickleValue arguments, MemoryBudget budget)
    {
        if (function.Kind != PickleKind.Global || arguments.Kind != PickleKind.Tuple)
            throw new InvalidDataException($"it calls {function} with {arguments}");
        budget.Take(64L * arguments.Items.Count);
        return (function.TypeName, arguments.Items) switch
        {
            (RebuildTensor, [var storage, var offset, var sizes, var strides, ..]) => Tensor(storage, offset, sizes, strides, budget),
            (RebuildParameter, [{ Kind: PickleKind.Tensor } tensor, ..]) => tensor,
            ("collections.OrderedDict" or "builtins.dict", []) or ("collections.defaultdict", [] or [_]) => new PickleValue(PickleKind.Dictionary),
            ("builtins.list", []) => new PickleValue(PickleKind.List),
            ("torch.Size", [{ Kind: PickleKind.Tuple } sizes]) => sizes,
            ("builtins.tuple", []) => new PickleValue(PickleKind.Tuple),
            ("builtins.set" or "builtins.frozenset", []) => new PickleValue(PickleKind.Set),
            ("builtins.set" or "builtins.frozenset", [{ Kind: PickleKind.List } items]) => Set(items, budget),
            ("_codecs.encode", [{ Value: string text }, { Value: "latin1" }]) => Encode(text, budget),
            var (name, _) when Opaque.Contains(name!) => new PickleValue(PickleKind.Object, name, [.. arguments.Items]),
            _ => throw new InvalidDataException($"it calls {function} with {arguments}: ({string.Join(", ", arguments.Items.Take(5))})"),
        };
    }

    private static PickleValue Tensor(PickleValue storage, PickleValue offset, PickleValue sizes, PickleValue strides, MemoryBudget budget)
    {
        budget.Take(256 + (16L * (sizes.Items.Count + strides.Items.Count)));
        return new PickleValue(new PickledTensor(
            storage.Storage ?? throw new InvalidDataException($"a tensor is made of {storage} instead of a storage"),
            Integer(offset), Integers(sizes), Integers(strides)));
    }

    private static long[] Integers(PickleValue value) => value.Kind == PickleKind.Tuple
        ? [.. value.Items.Select(Integer)]
        : throw new InvalidDataException($"{value} stands where a tensor's sizes or strides belong");

    private static long Integer(PickleValue value) => value.Value is long number
        ? number
        : throw new InvalidDataException($"{value} stands where a tensor's size, stride or offset belongs");

    private static PickleValue Set(PickleValue items, MemoryBudget budget)
    {
        budget.Take(8L * items.Items.Count);
        return new PickleValue(PickleKind.Set, items: [.. items.Items]);
    }

    /// <summary>Protocol 2 has no bytes; Python writes them as a text of their Latin-1 characters.</summary>
    private static PickleValue Encode(string text, MemoryBudget budget)
    {
        budget.Take(text.Length);
        var bytes = new byte[text.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = text[i] < 256 ? (byte)text[i] : throw new InvalidDataException("bytes in it are no Latin-1 text");
        return new PickleValue(bytes);
    }
}
