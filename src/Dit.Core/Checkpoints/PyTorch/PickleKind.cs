namespace Dit.Core;

/// <summary>What a <see cref="PickleValue"/> is.</summary>
public enum PickleKind
{
    /// <summary>None, a truth value, a number, a text or bytes: see <see cref="PickleValue.Value"/>.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A set.</summary>
    Set,

    /// <summary>A dictionary, such as a <c>state_dict</c>.</summary>
    Dictionary,

    /// <summary>A tensor; its values are read by its path.</summary>
    Tensor,

    /// <summary>An object of another type, such as <c>argparse.Namespace</c>: its type's name, arguments and attributes, nothing else.</summary>
    Object,

    /// <summary>A type or function, by name only, such as <c>torch.bfloat16</c>.</summary>
    Global,
}
