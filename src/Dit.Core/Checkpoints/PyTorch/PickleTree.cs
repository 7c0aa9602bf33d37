namespace Dit.Core;

/// <summary>Walks through the values of a pickle.</summary>
internal static class PickleTree
{
    /// <summary>Deepest nesting: no user of the tree has to fear for his stack.</summary>
    private const int Deepest = 500;

    /// <summary>The tensors in a tree by their paths: keys and indices, joined with dots.</summary>
    /// <exception cref="InvalidDataException">A value contains itself, or two tensors have one path.</exception>
    public static Dictionary<string, PickledTensor> Tensors(PickleValue root, MemoryBudget budget)
    {
        var tensors = new Dictionary<string, PickledTensor>();
        var ancestors = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<(PickleValue Value, string Path, bool Leaving)>();
        pending.Push((root, "", false));
        while (pending.TryPop(out var next))
        {
            var (value, path, leaving) = next;
            if (leaving)
            {
                ancestors.Remove(value);
                continue;
            }
            if (value.Tensor is { } tensor)
            {
                budget.Take(300 + (24L * tensor.Shape.Length));
                if (!tensors.TryAdd(path, tensor))
                    throw new InvalidDataException($"two tensors in it have the path '{path}'");
                continue;
            }
            if (!ancestors.Add(value))
                throw new InvalidDataException($"the value at '{path}' contains itself");
            if (ancestors.Count > Deepest)
                throw new InvalidDataException($"its values are nested deeper than {Deepest} levels");
            pending.Push((value, path, true));
            foreach (var (name, child) in Children(value).Reverse())
            {
                var childPath = path.Length == 0 ? name : $"{path}.{name}";
                budget.Take(100 + (4L * childPath.Length));
                pending.Push((child, childPath, false));
            }
        }
        return tensors;
    }

    /// <summary>The values in a value that are more than scalars.</summary>
    private static IEnumerable<(string Name, PickleValue Value)> Children(PickleValue value)
    {
        for (var i = 0; i < value.Items.Count; i++)
        {
            if (IsNode(value.Items[i]))
                yield return ($"{i}", value.Items[i]);
        }
        foreach (var (key, item) in value.Entries)
        {
            if (IsNode(key))
                yield return ($"{key}", key);
            if (IsNode(item))
                yield return ($"{key}", item);
        }
    }

    private static bool IsNode(PickleValue value) => value.Kind is not (PickleKind.Scalar or PickleKind.Global);
}
