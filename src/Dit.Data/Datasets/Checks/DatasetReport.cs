using System.Globalization;
using System.Text;
using Dit.Core;

namespace Dit.Data;

/// <summary>What <see cref="DatasetCheck"/> found.</summary>
public sealed record DatasetReport
{
    private const int Listed = 20;

    internal DatasetReport()
    {
    }

    /// <value>The number of images, unreadable ones included.</value>
    public required int Count { get; init; }

    /// <value>The sizes, the most frequent first. A batch takes one size.</value>
    public required IReadOnlyList<ImageSize> Sizes { get; init; }

    /// <value>The classes in the order of their labels, those without images included; empty where nothing has a label.</value>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <value>The mean of each attribute: the share of images that have it; in the order of the attributes. NaN counts for nothing.</value>
    public required IReadOnlyList<double> AttributeMeans { get; init; }

    /// <value>The names of the attributes, where they have any.</value>
    public required IReadOnlyList<string> AttributeNames { get; init; }

    /// <value>The images that cannot be read, and why.</value>
    public required IReadOnlyList<BadImage> Unreadable { get; init; }

    /// <value>Images with the same pixels, however their files differ.</value>
    public required IReadOnlyList<DuplicateImages> Duplicates { get; init; }

    /// <value>What was found when the data set was opened.</value>
    public required IReadOnlyList<DatasetProblem> Problems { get; init; }

    /// <value>Some of the images side by side; null if none was asked for.</value>
    public PixelImage? ContactSheet { get; init; }

    /// <summary>Whether all images can be read, are of one size, all or none have labels, and nothing else was found.</summary>
    public bool IsClean => Unreadable.Count == 0 && Duplicates.Count == 0 && Problems.Count == 0 && Sizes.Count <= 1
        && Classes.All(c => c.Label is not null && c.Images > 0);

    /// <summary>Writes the contact sheet as a PNG.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">The check made no sheet.</exception>
    public void SaveContactSheet(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, (ContactSheet ?? throw new InvalidOperationException("The check made no contact sheet (DatasetCheckOptions.SheetImages = 0).")).ToPng());
    }

    /// <summary>The report as text; of long lists the first 20.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, $"{Count} images, {Count - Unreadable.Count} readable");
        List(text, "sizes (height x width x channels)", Sizes, s => Invariant($"{s.Height} x {s.Width} x {s.Channels}: {s.Images}"));
        List(text, "classes", Classes, c => Invariant($"{(c.Label is null ? "no label" : $"{c.Label} {c.Name}")}: {c.Images}"));
        List(text, "attributes", AttributeMeans.Select((m, i) => (Mean: m, Name: i < AttributeNames.Count ? AttributeNames[i] : $"{i}")).ToList(),
            a => Invariant($"{a.Name}: {a.Mean:P1}"));
        List(text, "unreadable", Unreadable, b => $"{b.Name}: {b.Error}");
        List(text, "same pixels", Duplicates,
            d => $"{string.Join(" = ", d.Names.Take(4))}{(d.Names.Count > 4 ? " = ..." : "")}{(d.LabelsDiffer ? " (with different labels)" : "")}");
        List(text, "problems", Problems, p => p.ToString());
        if (Sizes.Count > 1) Line(text, $"advice: the images have {Sizes.Count} sizes; a batch takes one. Crop or resize them.");
        if (Classes.Where(c => c.Images > 0).Select(c => c.Images).DefaultIfEmpty(1) is var sizes && sizes.Max() > 10 * sizes.Min())
            Line(text, $"advice: the largest class has {sizes.Max()} images, the smallest {sizes.Min()}; Sampling.ClassBalanced shows them equally often.");
        return text.ToString();
    }

    private static void List<T>(StringBuilder text, string title, IReadOnlyList<T> items, Func<T, string> show)
    {
        if (items.Count == 0) return;
        Line(text, $"{title}: {items.Count}");
        foreach (var item in items.Take(Listed)) Line(text, $"  {show(item)}");
        if (items.Count > Listed) Line(text, $"  ... and {items.Count - Listed} more");
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(Invariant(line)).Append('\n');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
