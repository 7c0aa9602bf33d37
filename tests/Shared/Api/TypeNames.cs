namespace Dit.Tests.Api;

/// <summary>Types by the names that <c>torchsharp-api.txt</c> gives them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["Void"] = "void", ["Boolean"] = "bool", ["Int32"] = "int", ["Int64"] = "long", ["Int16"] = "short", ["Byte"] = "byte", ["SByte"] = "sbyte",
        ["UInt32"] = "uint", ["UInt64"] = "ulong", ["UInt16"] = "ushort", ["Single"] = "float", ["Double"] = "double", ["String"] = "string",
        ["Object"] = "object", ["Char"] = "char", ["Decimal"] = "decimal",
    };

    internal static bool IsVisible(Type type) =>
        Chain(type).All(t => t.IsPublic || t.IsNestedPublic || t.IsNestedFamily || t.IsNestedFamORAssem);

    internal static string? RootNamespace(Type type) => Chain(type)[0].Namespace;

    internal static string Bare(Type type) => type.Name.Split('`')[0];

    /// <param name="type">The type.</param>
    /// <param name="tupleNames">The names of tuple elements, in the order of the compiler's attribute.</param>
    internal static string Of(Type type, Queue<string?>? tupleNames = null)
    {
        if (type.IsByRef) return Of(type.GetElementType()!, tupleNames);
        if (type.IsArray) return $"{Of(type.GetElementType()!, tupleNames)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } value) return Of(value, tupleNames) + "?";
        if (type.IsGenericType && type.Namespace == "System" && Bare(type) == "ValueTuple") return Tuple(type, tupleNames);
        if (type.Namespace == "System" && Keywords.TryGetValue(type.Name, out var keyword)) return keyword;
        return Nested(type, tupleNames);
    }

    private static string Tuple(Type type, Queue<string?>? names)
    {
        var elements = type.GetGenericArguments();
        var own = elements.Select(_ => names is { Count: > 0 } ? names.Dequeue() : null).ToArray();
        return $"({string.Join(", ", elements.Select((e, i) => Of(e, names) + (own[i] is { } name ? " " + name : "")))})";
    }

    private static string Nested(Type type, Queue<string?>? tupleNames)
    {
        var arguments = type.GetGenericArguments();
        var used = 0;
        var parts = new List<string>();
        foreach (var link in Chain(type))
        {
            var count = link.GetGenericArguments().Length;
            var own = arguments.Skip(used).Take(count - used).Select(a => Of(a, tupleNames)).ToArray();
            parts.Add(Bare(link) + (own.Length > 0 ? $"<{string.Join(", ", own)}>" : ""));
            used = count;
        }
        var prefix = RootNamespace(type) switch { "TorchSharp.Modules" => "Modules.", "TorchSharp.Utils" => "Utils.", _ => "" };
        return prefix + string.Join('.', parts);
    }

    private static List<Type> Chain(Type type)
    {
        var chain = new List<Type>();
        for (Type? t = type; t is not null; t = t.DeclaringType) chain.Insert(0, t);
        return chain;
    }
}
