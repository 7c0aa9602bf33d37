using System.Globalization;
using Dit.Data;

namespace Dit.Cli;

/// <summary>The folder of a training: config.json, classes.json, checkpoints (step-0001000), metrics and a report.</summary>
/// <param name="path">The folder.</param>
internal sealed class RunFolder(string path)
{
    private const string ClassFile = "classes.json";

    public string Path => path;

    public string ConfigPath => System.IO.Path.Combine(path, RunConfig.FileName);

    /// <value>Whether a training has begun here; diffusers' folders have a config.json, too.</value>
    public bool Exists => File.Exists(ConfigPath) && ConfigJson.Read(ConfigPath).ContainsKey("data");

    /// <summary>The names of the classes; empty where they have none.</summary>
    public IReadOnlyList<string> Classes => File.Exists(ClassPath) ? ClassList.Load(ClassPath) : [];

    /// <value>The checkpoints, the newest first.</value>
    public IReadOnlyList<(long Step, string Path)> Checkpoints => !Directory.Exists(path) ? [] :
    [
        .. Directory.EnumerateDirectories(path, "step-*").Where(folder => File.Exists(System.IO.Path.Combine(folder, "SHA256SUMS")))
            .Select(folder => (Number: Number(folder), Path: folder)).Where(c => c.Number is not null)
            .Select(c => (c.Number!.Value, c.Path)).OrderByDescending(c => c.Value),
    ];

    private string ClassPath => System.IO.Path.Combine(path, ClassFile);

    /// <summary>The newest run below a folder.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Newest(string folder)
    {
        var runs = Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(f => new RunFolder(f)).Where(r => r.Exists && r.Checkpoints.Count > 0).ToArray() : [];
        return runs.MaxBy(r => Directory.GetLastWriteTimeUtc(r.Path))?.Path
            ?? throw new UsageException($"There is no trained run below '{folder}'. Name one, or a file of weights: --checkpoint.");
    }

    /// <summary>Keeps what the run is, so that the folder needs nothing else.</summary>
    public void Save(RunConfig config, IReadOnlyList<string> classes)
    {
        OutputPath.Require(ConfigPath);
        Directory.CreateDirectory(path);
        config.Save(ConfigPath);
        if (classes.Count > 0) ClassList.Save(ClassPath, classes);
    }

    private static long? Number(string folder) =>
        long.TryParse(System.IO.Path.GetFileName(folder)["step-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
}
