using System.Globalization;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>From what a person calls classes to labels.</summary>
internal static class LabelNames
{
    private const int Listed = 20;

    /// <summary>The labels of classes that are given by name or number.</summary>
    /// <param name="words">Names or numbers.</param>
    /// <param name="names">The names of the classes; empty where they have none.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="UsageException">There is no such class, or the model knows none.</exception>
    public static long[] Find(IReadOnlyList<string> words, IReadOnlyList<string> names, DitConfig model)
    {
        if (model.Condition != ConditionType.Classes)
            throw new UsageException($"The model is conditioned on {model.Condition}, for which there is no way to say it in a shell: sample it from a program.");
        if (model.Classes == 0)
            return words.Count == 0 ? [] : throw new UsageException("The model was trained without classes: leave out --labels.");
        return [.. words.Select(word => Find(word, names, model.Classes))];
    }

    /// <summary>Every class in turn, as many as are wanted.</summary>
    public static long[] Each(DitConfig model, int count) => model.Classes == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => (long)(i % model.Classes))];

    /// <summary>What a label is called.</summary>
    public static string NameOf(long label, IReadOnlyList<string> names) => label < names.Count ? names[(int)label] : label.ToString(CultureInfo.InvariantCulture);

    /// <summary>Labels as a tensor, [B] int64; null for none.</summary>
    public static Tensor? ToTensor(ReadOnlySpan<long> labels, Device device) => labels.IsEmpty ? null : tensor(labels.ToArray()).to(device);

    private static long Find(string word, IReadOnlyList<string> names, int classes)
    {
        var index = Index(names, word, StringComparison.Ordinal);
        if (index < 0) index = Index(names, word, StringComparison.OrdinalIgnoreCase);
        if (index >= 0) return index;
        if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < classes) return number;
        var known = names.Count == 0 ? "" : $" They are called {string.Join(", ", names.Take(Listed))}{(names.Count > Listed ? ", ..." : "")}.";
        throw new UsageException($"There is no class '{word}': the model knows the classes 0 to {classes - 1}.{known}");
    }

    private static int Index(IReadOnlyList<string> names, string word, StringComparison comparison)
    {
        for (var i = 0; i < names.Count; i++)
            if (names[i].Equals(word, comparison)) return i;
        return -1;
    }
}
