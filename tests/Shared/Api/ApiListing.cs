using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Dit.Tests.Api;

/// <summary>An assembly's public members, one line each, as <c>torchsharp-api.txt</c> writes them.</summary>
/// <remarks>Left out: marks of references that may be null, and virtual, override, sealed, readonly and abstract.</remarks>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The members in TorchSharp's namespaces, each behind the name of its type.</summary>
    internal static IEnumerable<string> OfTorchSharp(Assembly assembly) =>
        from type in Types(assembly)
        where TypeNames.RootNamespace(type) is "TorchSharp" or "TorchSharp.Modules" or "TorchSharp.Utils"
        from line in Members(type).Select(member => $"{TypeNames.Of(type)} :: {member}").Prepend(TypeNames.Of(type))
        select line;

    /// <summary>All types and below each its members; what the compiler makes for records is left out.</summary>
    internal static IEnumerable<string> Of(Assembly assembly) =>
        from type in Types(assembly)
        orderby $"{TypeNames.RootNamespace(type)}.{TypeNames.Of(type)}"
        from line in Members(type).Order(StringComparer.Ordinal).Select(member => $"    {member}").Prepend($"{Kind(type)} {TypeNames.RootNamespace(type)}.{TypeNames.Of(type)}{Bases(type)}")
        select line;

    private static IEnumerable<Type> Types(Assembly assembly) =>
        assembly.GetTypes().Where(type => TypeNames.IsVisible(type) && !type.IsDefined(typeof(CompilerGeneratedAttribute), false));

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => $"{f.Name} = {Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        if (type.IsSubclassOf(typeof(Delegate))) return [Method(type.GetMethod("Invoke")!)];
        return type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(Field)
            .Concat(type.GetConstructors(Declared).Where(c => Visible(c) && !c.IsStatic && !IsMade(c)).Select(c => $"{Access(c)} {TypeNames.Bare(type)}({Parameters(c)})"))
            .Concat(type.GetProperties(Declared).Where(p => (Visible(p.GetMethod) || Visible(p.SetMethod)) && p.Name != "EqualityContract").Select(Property))
            .Concat(type.GetMethods(Declared).Where(IsListed).Select(Method));
    }

    private static bool IsMade(MethodBase m) => m.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when type.IsSubclassOf(typeof(Delegate)) => "delegate",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        if (type.IsEnum || type.IsSubclassOf(typeof(Delegate))) return "";
        var bases = type.GetInterfaces().Where(i => TypeNames.IsVisible(i) && TypeNames.Bare(i) != "IEquatable" && type.BaseType?.GetInterfaces().Contains(i) != true).Select(i => TypeNames.Of(i)).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)) bases.Insert(0, TypeNames.Of(parent));
        return bases.Count > 0 ? $" : {string.Join(", ", bases)}" : "";
    }

    private static bool Visible(MethodBase? m) => m is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static bool IsListed(MethodInfo m) =>
        Visible(m) && !IsMade(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !m.Name.Contains('<', StringComparison.Ordinal) && m.Name != "Finalize";

    private static string Access(MethodBase m) => m.IsPublic ? "public" : "protected";

    private static string Static(MethodBase m) => m.IsStatic ? "static " : "";

    private static string Field(FieldInfo f) =>
        $"{(f.IsPublic ? "public" : "protected")} {(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{TypeNames.Of(f.FieldType, TupleNames(f))} {f.Name}{(f.IsLiteral ? " = " + Literal(f.GetRawConstantValue(), f.FieldType) : "")}";

    private static string Property(PropertyInfo p)
    {
        var (get, set) = (Visible(p.GetMethod), Visible(p.SetMethod));
        var accessor = (get ? p.GetMethod : p.SetMethod)!;
        var isPublic = (get && p.GetMethod!.IsPublic) || (set && p.SetMethod!.IsPublic);
        var index = p.GetIndexParameters();
        var setter = !set ? "" : p.SetMethod!.IsPublic || !(get && p.GetMethod!.IsPublic) ? "set; " : "protected set; ";
        return $"{(isPublic ? "public" : "protected")} {Static(accessor)}{TypeNames.Of(p.PropertyType, TupleNames(p))} "
            + $"{(index.Length > 0 ? $"this[{string.Join(", ", index.Select(Parameter))}]" : p.Name)} {{ {(get ? "get; " : "")}{setter}}}";
    }

    private static string Method(MethodInfo m)
    {
        var result = (m.ReturnType.IsByRef ? "ref " : "") + TypeNames.Of(m.ReturnType, TupleNames(m.ReturnParameter));
        var head = m.Name switch
        {
            "op_Implicit" => $"implicit operator {result}",
            "op_Explicit" => $"explicit operator {result}",
            _ when Operators.TryGetValue(m.Name, out var symbol) => $"{result} operator {symbol}",
            _ => $"{result} {m.Name}{(m.IsGenericMethodDefinition ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "")}",
        };
        return $"{Access(m)} {Static(m)}{head}({Parameters(m)}){(m.IsGenericMethodDefinition ? Constraints(m.GetGenericArguments()) : "")}";
    }

    private static string Parameters(MethodBase m)
    {
        var list = string.Join(", ", m.GetParameters().Select(Parameter));
        return m.IsDefined(typeof(ExtensionAttribute), false) ? "this " + list : list;
    }

    private static string Parameter(ParameterInfo p) =>
        (p.ParameterType.IsByRef ? p.IsOut ? "out " : p.IsIn ? "in " : "ref " : "")
        + (p.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "")
        + $"{TypeNames.Of(p.ParameterType, TupleNames(p))} {p.Name}"
        + (p.HasDefaultValue ? " = " + Literal(p.RawDefaultValue, p.ParameterType) : p.IsOptional ? " = default" : "");

    private static string Constraints(Type[] arguments) => string.Concat(arguments.Select(a =>
    {
        var attributes = a.GenericParameterAttributes;
        var isValue = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var parts = new List<string>();
        if (isValue) parts.Add(a.GetCustomAttributesData().Any(d => d.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct");
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) parts.Add("class");
        parts.AddRange(a.GetGenericParameterConstraints().Where(t => t != typeof(ValueType)).Select(t => TypeNames.Of(t)));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isValue) parts.Add("new()");
        return parts.Count > 0 ? $" where {a.Name} : {string.Join(", ", parts)}" : "";
    }));

    private static Queue<string?>? TupleNames(ICustomAttributeProvider provider) =>
        provider.GetCustomAttributes(typeof(TupleElementNamesAttribute), false) is [TupleElementNamesAttribute names, ..] ? new(names.TransformNames) : null;

    private static string Literal(object? value, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null) return type.IsValueType && plain == type ? "default" : "null";
        if (plain.IsEnum) return $"{TypeNames.Of(plain)}.{Enum.GetName(plain, value)}";
        return value switch
        {
            bool b => b ? "true" : "false",
            string s => $"\"{s}\"",
            float f => f.ToString("R", CultureInfo.InvariantCulture) + "f",
            double d => d.ToString("R", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "+", ["op_Subtraction"] = "-", ["op_Multiply"] = "*", ["op_Division"] = "/", ["op_Modulus"] = "%",
        ["op_Equality"] = "==", ["op_Inequality"] = "!=", ["op_LessThan"] = "<", ["op_GreaterThan"] = ">",
        ["op_LessThanOrEqual"] = "<=", ["op_GreaterThanOrEqual"] = ">=", ["op_BitwiseAnd"] = "&", ["op_BitwiseOr"] = "|",
        ["op_ExclusiveOr"] = "^", ["op_UnaryNegation"] = "-", ["op_OnesComplement"] = "~", ["op_LogicalNot"] = "!",
    };
}
