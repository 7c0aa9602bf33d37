using Dit.Data;

namespace Dit.Samples;

/// <summary>The emoji of samples/data/emoji64, in memory.</summary>
internal static class Emoji
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data", "emoji64");

    /// <summary>593 women and 610 men.</summary>
    public static IImageDataset ByGender(int size) => Load(size, row => row[^2], "female", "male");

    /// <summary>All 3,786, in ten categories.</summary>
    public static IImageDataset ByCategory(int size) => Load(size, row => row[^4], [.. Rows().Select(row => row[^4]).Distinct().Order(StringComparer.Ordinal)]);

    private static RelabelledDataset Load(int size, Func<string[], string> classOf, params string[] classes)
    {
        var labels = Rows().ToDictionary(row => Path.GetFileNameWithoutExtension(row[0]), row => Array.IndexOf(classes, classOf(row)));
        var images = from file in new TarShards([Path.Combine(Folder, "images.tar.gz")]).Read(0)
                     let label = labels[Path.GetFileName(file.Name)]
                     where label >= 0
                     select new LabeledImage(PixelImage.Decode(file.File.Span, new AdmCenterCrop(size), options: new() { Channels = 3 }), label);
        return new InMemoryDataset([.. images]).MapLabels(label => label, classes);
    }

    /// <summary>file, name (which may hold commas), category, subcategory, gender, skin tone.</summary>
    private static IEnumerable<string[]> Rows() => File.ReadLines(Path.Combine(Folder, "labels.csv")).Skip(1).Select(line => line.Split(','));
}
