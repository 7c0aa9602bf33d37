using System.Security.Cryptography;

namespace Dit.Cli;

/// <summary>A file in the cache, with its SHA-256 beside it as <c>sha256sum --check</c> reads it.</summary>
/// <param name="path">The file.</param>
internal sealed class CachedFile(string path)
{
    public string Path => path;

    /// <value>What has come so far of a file that has not come whole.</value>
    public string PartPath => path + ".part";

    /// <value>The server's mark of the version that the part is of.</value>
    public string MarkPath => path + ".part.etag";

    /// <value>Whether it came whole.</value>
    public bool IsComplete => File.Exists(path) && File.Exists(SumPath);

    private string SumPath => path + ".sha256";

    public static CachedFile In(string cache, PublishedWeights weights, PublishedFile file) => new(System.IO.Path.Combine(cache, weights.Name, file.Name));

    /// <summary>The SHA-256 that was noted when it came.</summary>
    public string NotedSum => File.ReadAllText(SumPath).Split(' ', 2)[0];

    /// <summary>Sees to it that the file is what came.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public async Task<string> VerifyAsync(CancellationToken cancellationToken)
    {
        var sum = await SumAsync(path, cancellationToken);
        return sum == NotedSum ? sum : throw new InvalidDataException($"'{path}' is damaged: its SHA-256 is {sum}, and was {NotedSum} when it came. Delete it and download it again.");
    }

    /// <summary>Makes the part the file.</summary>
    public void Complete(string sum)
    {
        TextFile.Write(SumPath, $"{sum}  {System.IO.Path.GetFileName(path)}\n");
        File.Move(PartPath, path, overwrite: true);
        File.Delete(MarkPath);
    }

    public static async Task<string> SumAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
