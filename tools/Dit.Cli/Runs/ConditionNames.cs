using System.Globalization;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>From what a person calls classes and attributes to conditions.</summary>
internal static class ConditionNames
{
    private const int Listed = 20;
    private const string Nothing = "none";

    /// <summary>The conditions that words say: classes, such as <c>cat</c>, or attributes together, such as <c>Male+Smiling=0.5</c>.</summary>
    /// <param name="words">A condition each.</param>
    /// <param name="known">The names of the model's classes or attributes; empty where they have none.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="UsageException">There is no such class or attribute, or the model knows none.</exception>
    public static Conditions Find(IReadOnlyList<string> words, IReadOnlyList<string> known, DitConfig model)
    {
        if (model.Classes == 0) throw new UsageException("The model was trained without classes: leave out --labels.");
        if (model.Condition is ConditionType.Vector or ConditionType.Tokens) throw new UsageException($"The model's conditions have no names: {ConditionFile.Wanted(model)}.");
        if (model.Condition == ConditionType.Attributes) return Attributes(words, known, model.Classes);
        long[] labels = [.. words.Select(word => Find("class", word, known, model.Classes))];
        return new(tensor(labels), [.. labels.Select(label => NameOf(label, known))]);                            // [N]
    }

    /// <summary>What a class or an attribute is called.</summary>
    public static string NameOf(long number, IReadOnlyList<string> known) => number < known.Count ? known[(int)number] : number.ToString(CultureInfo.InvariantCulture);

    private static Conditions Attributes(IReadOnlyList<string> words, IReadOnlyList<string> known, int count)
    {
        var values = new float[words.Count * count];
        for (var row = 0; row < words.Count; row++)
        {
            if (words[row] == Nothing) continue;
            foreach (var part in words[row].Split('+', StringSplitOptions.TrimEntries))
            {
                var (name, value) = part.Split('=', 2) is [var before, var text] ? (before, Strength(text, part)) : (part, 1);
                values[row * count + Find("attribute", name, known, count)] = value;
            }
        }
        return new(tensor(values, [words.Count, count]), [.. words]);                                             // [N, A]
    }

    private static float Strength(string text, string part) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value
            : throw new UsageException($"'{part}' is no attribute with a strength from 0 (absent) to 1 (present).");

    private static long Find(string what, string word, IReadOnlyList<string> known, int count)
    {
        var index = Index(known, word, StringComparison.Ordinal);
        if (index < 0) index = Index(known, word, StringComparison.OrdinalIgnoreCase);
        if (index >= 0) return index;
        if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < count) return number;
        var names = known.Count == 0 ? "" : $" They are called {string.Join(", ", known.Take(Listed))}{(known.Count > Listed ? ", ..." : "")}.";
        throw new UsageException($"There is no {what} '{word}': the model knows {count} of them, 0 to {count - 1}.{names}");
    }

    private static int Index(IReadOnlyList<string> names, string word, StringComparison comparison)
    {
        for (var i = 0; i < names.Count; i++)
            if (names[i].Equals(word, comparison)) return i;
        return -1;
    }
}
