using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>What images are drawn for, one each.</summary>
/// <param name="values">As <see cref="ConditionType"/> says: [N] int64, [N, V] or [N, L, V] float32; null for a model without conditions. It becomes this object's.</param>
/// <param name="names">What each is called; "" for a model without conditions.</param>
internal sealed class Conditions(Tensor? values, IReadOnlyList<string> names) : IDisposable
{
    public IReadOnlyList<string> Names => names;

    public int Count => names.Count;

    /// <summary>Every class, or every attribute alone, in turn.</summary>
    /// <param name="model">The model.</param>
    /// <param name="known">The names of its classes or attributes; empty where they have none.</param>
    /// <param name="count">For how many images.</param>
    /// <exception cref="UsageException">The model's conditions cannot be listed.</exception>
    public static Conditions Each(DitConfig model, IReadOnlyList<string> known, int count)
    {
        if (model.Classes == 0) return new(null, [.. Enumerable.Repeat("", count)]);
        if (model.Condition is ConditionType.Vector or ConditionType.Tokens) throw new UsageException($"Say what to draw: {ConditionFile.Wanted(model)}.");
        long[] numbers = [.. Enumerable.Range(0, count).Select(i => (long)(i % model.Classes))];
        string[] names = [.. numbers.Select(number => ConditionNames.NameOf(number, known))];
        var labels = tensor(numbers);                                                           // [N]
        if (model.Condition == ConditionType.Classes) return new(labels, names);
        using (labels)
        using (var present = nn.functional.one_hot(labels, model.Classes)) return new(present.to(float32), names);      // [N, A]
    }

    /// <summary>Some of them, in another order or again and again.</summary>
    public Conditions Pick(IEnumerable<int> rows)
    {
        int[] chosen = [.. rows];
        using var index = tensor(chosen.Select(row => (long)row).ToArray());
        return new(values?.index_select(0, index), [.. chosen.Select(row => names[row])]);
    }

    /// <summary>For a model on a device; null for a model without conditions. It is the caller's.</summary>
    public Tensor? ToTensor(Device device) => values?.to(device, copy: true);

    public void Dispose() => values?.Dispose();
}
