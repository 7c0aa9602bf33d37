using System.Globalization;
using System.Security.Cryptography;

namespace Dit.Core;

/// <summary>A folder of checkpoints, one folder per step: <c>step-0002000</c>.</summary>
/// <remarks>
/// A checkpoint is written under a temporary name and renamed when it is on the disk. Its <c>SHA256SUMS</c>, which
/// <c>sha256sum --check</c> understands, covers all of its other files.
/// </remarks>
internal sealed class CheckpointStore(string directory)
{
    private const string Prefix = "step-";
    private const string Sums = "SHA256SUMS";

    /// <summary>The checkpoints, the newest first. What is in them has not been looked at.</summary>
    public IReadOnlyList<(long Step, string Path)> List()
    {
        if (!Directory.Exists(directory))
            return [];
        return
        [
            .. from path in Directory.EnumerateDirectories(directory, Prefix + "*")
               let name = Path.GetFileName(path)
               where long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _)
               let step = long.Parse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture)
               orderby step descending
               select (step, path),
        ];
    }

    /// <summary>Sees to it that checkpoints can be written, before a training has worked for nothing.</summary>
    /// <param name="bytes">About how large a checkpoint will be.</param>
    /// <exception cref="IOException">The folder cannot be created or written to, or there is no room in it.</exception>
    public void RequireWritable(long bytes)
    {
        try
        {
            var isNew = !Directory.Exists(directory);
            FolderEntries.Create(directory);
            var probe = AtomicFile.TemporaryName(Path.Combine(directory, Prefix + "probe"));
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
            if (new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace is var free && free < bytes)
                throw new IOException(Problems.Invariant($"A checkpoint takes {bytes / 1e6:F1} MB, and {free / 1e6:F1} MB are free."));
            if (isNew)
                Directory.Delete(directory);                                  // until there is something to put into it
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Checkpoints cannot be written to '{directory}': {e.Message} Name another CheckpointDirectory, or free it.", e);
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="files">Names and contents of its files.</param>
    /// <returns>The checkpoint's folder.</returns>
    public string Save(long step, IEnumerable<(string Name, Action<Stream> Write)> files)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D7}"));
        var temporary = AtomicFile.TemporaryName(path);
        FolderEntries.Create(directory);
        Directory.CreateDirectory(temporary);
        try
        {
            var sums = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
            foreach (var (name, write) in files)
            {
                AtomicFile.WriteDurably(Path.Combine(temporary, name), write);
                sums.WriteLine($"{Sum(Path.Combine(temporary, name))}  {name}");
            }
            AtomicFile.WriteDurably(Path.Combine(temporary, Sums), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(sums.ToString())));
            FolderEntries.Flush(temporary);
            Publish(temporary, path);
            return path;
        }
        catch
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Checks that every file of a checkpoint is what was written.</summary>
    /// <param name="path">The checkpoint's folder.</param>
    /// <param name="names">Files it must have.</param>
    /// <exception cref="CheckpointException">A file is missing or differs.</exception>
    public static void Verify(string path, IEnumerable<string> names)
    {
        var sums = ReadSums(Path.Combine(path, Sums));
        foreach (var name in names)
        {
            var file = Path.Combine(path, name);
            if (!sums.TryGetValue(name, out var expected))
                throw new CheckpointException($"'{Path.Combine(path, Sums)}' is damaged: it has no sum of '{name}'.");
            if (!File.Exists(file))
                throw new CheckpointException($"'{file}' is missing.");
            if (Sum(file) != expected)
                throw new CheckpointException($"'{file}' is damaged: its contents are not what was written (SHA-256 differs from {Sums}).");
        }
    }

    /// <summary>Deletes checkpoints that are not to stay, up to a step, and what a killed process left half-written.</summary>
    /// <param name="step">The newest checkpoint that counts.</param>
    /// <param name="retention">Which stay.</param>
    public void Prune(long step, Retention retention)
    {
        foreach (var path in retention.Superfluous([.. List().Where(c => c.Step <= step)]))
            TakeNameAway(path);
        foreach (var path in Directory.EnumerateDirectories(directory, $"{Prefix}*{AtomicFile.TemporaryMark}*"))
            Directory.Delete(path, recursive: true);
    }

    /// <summary>Renames a finished checkpoint to its place; one that was there before gives way, where the system can at the same stroke.</summary>
    private static void Publish(string temporary, string path)
    {
        var former = !Directory.Exists(path) ? null : FolderEntries.TryExchange(temporary, path) ? temporary : TakeNameAway(path);
        if (former != temporary)
            Directory.Move(temporary, path);
        FolderEntries.Flush(FolderEntries.FolderOf(path));                    // before anything older is deleted
        if (former is not null)
            Directory.Delete(former, recursive: true);
    }

    /// <summary>Renames a checkpoint, so that half of it is never taken for a whole while it is deleted.</summary>
    private static string TakeNameAway(string path)
    {
        var doomed = AtomicFile.TemporaryName(path);
        Directory.Move(path, doomed);
        return doomed;
    }

    private static Dictionary<string, string> ReadSums(string path)
    {
        if (!File.Exists(path))
            throw new CheckpointException($"'{path}' is missing: the folder is no complete checkpoint.");
        var sums = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Split("  ", 2) is not [var sum, var name] || !sums.TryAdd(name, sum))
                throw new CheckpointException($"'{path}' is damaged: the line '{line}' is no sum.");
        }
        return sums;
    }

    private static string Sum(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
