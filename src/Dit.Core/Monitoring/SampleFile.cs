using System.Globalization;

namespace Dit.Core;

/// <summary>A picture of a run, kept in its folder as <c>samples/0000500-name.png</c>.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Name">What it shows; what is no letter, digit, dot, dash or space became an underscore.</param>
/// <param name="Path">The file.</param>
public sealed record SampleFile(long Step, string Name, string Path)
{
    private const string Folder = "samples";

    /// <summary>Keeps a picture, under a temporary name that is then changed.</summary>
    /// <param name="directory">The run's folder; it is created if missing.</param>
    /// <param name="name">What it shows, such as <c>samples/ema</c>.</param>
    /// <param name="png">The picture, a PNG file.</param>
    /// <param name="step">Steps done.</param>
    /// <returns>What is kept.</returns>
    /// <exception cref="ArgumentException">The name is empty, or the bytes are no PNG file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static SampleFile Save(string directory, string name, byte[] png, long step)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(png);
        Png.Size(png);
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(directory, Folder)).FullName;
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ' ' ? c : '_'));
        var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{step:D7}-{safe}.png"));
        AtomicFile.Write(path, stream => stream.Write(png));
        return new(step, safe, path);
    }

    /// <summary>All pictures of a run, by name and step.</summary>
    /// <param name="directory">The run's folder.</param>
    public static IReadOnlyList<SampleFile> List(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var folder = System.IO.Path.Combine(directory, Folder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.png").Select(Parse).OfType<SampleFile>().OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Step)]
            : [];
    }

    /// <summary>Some of many pictures, spread evenly; the first and the last are among them.</summary>
    internal static IEnumerable<SampleFile> Spread(IReadOnlyList<SampleFile> all, int most)
    {
        var count = Math.Min(all.Count, most);
        return Enumerable.Range(0, count).Select(i => all[count == 1 ? all.Count - 1 : (int)((long)i * (all.Count - 1) / (count - 1))]);
    }

    private static SampleFile? Parse(string path) =>
        System.IO.Path.GetFileNameWithoutExtension(path).Split('-', 2) is [var step, var name] && long.TryParse(step, CultureInfo.InvariantCulture, out var at)
            ? new(at, name, path)
            : null;
}
