using System.Globalization;

namespace Dit.Core;

/// <summary>A picture beside a report: <c>samples/0000500-name.png</c>.</summary>
internal sealed record SampleFile(long Step, string Name, string Path)
{
    private const string Folder = "samples";

    public static void Save(string directory, string name, byte[] png, long step)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(directory, Folder)).FullName;
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ' ' ? c : '_'));
        var file = string.Create(CultureInfo.InvariantCulture, $"{step:D7}-{safe}.png");
        AtomicFile.Write(System.IO.Path.Combine(folder, file), png);
    }

    /// <summary>All pictures of a run, by name and step.</summary>
    public static IEnumerable<SampleFile> List(string directory)
    {
        var folder = System.IO.Path.Combine(directory, Folder);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.png").Select(Parse).OfType<SampleFile>().OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Step)
            : [];
    }

    private static SampleFile? Parse(string path) =>
        System.IO.Path.GetFileNameWithoutExtension(path).Split('-', 2) is [var step, var name] && long.TryParse(step, CultureInfo.InvariantCulture, out var at)
            ? new(at, name, path)
            : null;
}
