namespace Dit.Cli;

/// <summary>Where results go.</summary>
internal static class OutputPath
{
    /// <summary>Sees to it that a file can be written, before there is work that would be lost. Nothing is created yet.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot.</exception>
    public static string Require(string path)
    {
        path = Path.GetFullPath(path);
        try
        {
            if (Directory.Exists(path)) throw new IOException("It is a folder.");
            var folder = Path.GetDirectoryName(path)!;
            while (!Path.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
            if (!Directory.Exists(folder)) throw new IOException($"'{folder}' is no folder.");
            var probe = Path.Combine(folder, $".tmp-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' cannot be written: {e.Message}", e);
        }
    }
}
