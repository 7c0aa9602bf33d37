namespace Dit.Core;

/// <summary>Writes files so that a reader sees the old content or the new, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>What is appended to the name of a file or folder that is being written.</summary>
    public const string TemporaryMark = ".tmp-";

    /// <summary>Writes under a temporary name beside <paramref name="path"/>, flushes to the disk, then renames and flushes the name.</summary>
    /// <param name="path">The file; it is replaced if it exists, and its folder is made if there is none.</param>
    /// <param name="content">The content.</param>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <inheritdoc cref="Write(string, byte[])"/>
    /// <param name="path">The file; it is replaced if it exists, and its folder is made if there is none.</param>
    /// <param name="write">Writes the content. If it throws, <paramref name="path"/> stays as it was.</param>
    public static void Write(string path, Action<Stream> write)
    {
        FolderEntries.Create(FolderEntries.FolderOf(path));
        var temporary = TemporaryName(path);
        try
        {
            WriteDurably(temporary, write);
            Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Gives a file that is on the disk its name, for good.</summary>
    public static void Publish(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        FolderEntries.Flush(FolderEntries.FolderOf(path));
    }

    /// <summary>Writes a new file and flushes it to the disk.</summary>
    public static void WriteDurably(string path, Action<Stream> write)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    public static string TemporaryName(string path) => $"{path}{TemporaryMark}{Guid.NewGuid():N}";
}
