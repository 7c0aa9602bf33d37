using System.Globalization;

namespace Dit.Core;

/// <summary>A value that Python pickled into a file, as plain data. It has no cycles and is nested no deeper than 500 levels.</summary>
public sealed class PickleValue
{
    private List<PickleValue>? _items;
    private List<KeyValuePair<PickleValue, PickleValue>>? _entries;

    internal PickleValue(object? value) => Value = value;

    internal PickleValue(PickleKind kind, string? typeName = null, List<PickleValue>? items = null) =>
        (Kind, TypeName, _items) = (kind, typeName, items);

    internal PickleValue(PickledTensor tensor) => (Kind, Tensor) = (PickleKind.Tensor, tensor);

    internal PickleValue(PickledStorage storage) => Storage = storage;

    /// <value>What it is.</value>
    public PickleKind Kind { get; }

    /// <value>
    /// A scalar's value: <see langword="null"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/> where that
    /// does not suffice, <see cref="double"/>, <see cref="string"/> or an array of <see cref="byte"/>.
    /// </value>
    public object? Value { get; }

    /// <value>Full Python name of a global or of an object's type, such as <c>argparse.Namespace</c>.</value>
    public string? TypeName { get; }

    /// <value>What a list, tuple or set holds, or an object was made of.</value>
    public IReadOnlyList<PickleValue> Items => _items ?? [];

    /// <value>What a dictionary holds, or an object's attributes, in the file's order.</value>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries => _entries ?? [];

    /// <summary>The value under a key of a dictionary, or an object's attribute.</summary>
    /// <param name="key">The key, a text.</param>
    /// <returns>The value; <see langword="null"/> if there is none.</returns>
    public PickleValue? this[string key] => _entries?.FindLast(e => e.Key.Value is string text && text == key).Value;

    internal PickledTensor? Tensor { get; }

    internal PickledStorage? Storage { get; }

    /// <summary>Python's text of a scalar, and what anything else is.</summary>
    public override string ToString() => Kind switch
    {
        PickleKind.Scalar when Storage is not null => $"the storage {Storage.Key}",
        PickleKind.Scalar => Value switch
        {
            null => "None",
            bool value => value ? "True" : "False",
            byte[] bytes => $"{bytes.Length} bytes",
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            _ => Value.ToString()!,
        },
        PickleKind.Global => TypeName!,
        PickleKind.Object => $"an object of {TypeName}",
        PickleKind.Tensor => $"a tensor [{string.Join(", ", Tensor!.Shape)}]",
        PickleKind.Dictionary => $"a dictionary of {Entries.Count}",
        _ => $"a {Kind.ToString().ToLowerInvariant()} of {Items.Count}",
    };

    internal void Add(PickleValue item) => (_items ??= []).Add(item);

    internal void Add(PickleValue key, PickleValue value) => (_entries ??= []).Add(new(key, value));
}
