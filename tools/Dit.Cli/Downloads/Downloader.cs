using System.Net;
using System.Net.Http.Headers;

namespace Dit.Cli;

/// <summary>Fetches files: goes on where it stopped, checks what came, and uses the proxy that the environment names.</summary>
internal sealed class Downloader : IDisposable
{
    private const int MostRedirects = 10;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(30) })
    {
        Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { { "User-Agent", "dit" } },
    };

    /// <summary>Fetches a file.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="file">Where it goes.</param>
    /// <param name="sum">Its SHA-256; null for what the server says, if it does.</param>
    /// <param name="progress">Is told bytes done and in all.</param>
    /// <param name="cancellationToken">Stops it; what has come stays.</param>
    /// <returns>Its SHA-256.</returns>
    /// <exception cref="HttpRequestException">The server refused or cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke, or the disk is full; a next call goes on.</exception>
    /// <exception cref="InvalidDataException">What came is not what should have come. It was deleted.</exception>
    public async Task<string> FetchAsync(Uri source, CachedFile file, string? sum, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        var (response, promised) = await AskAsync(source, file, cancellationToken);
        using (response) await ReceiveAsync(response, file, progress, cancellationToken);
        var got = await CachedFile.SumAsync(file.PartPath, cancellationToken);
        if ((sum ?? promised) is { } expected && !got.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            File.Delete(file.PartPath);
            throw new InvalidDataException($"What came from {source} has the SHA-256 {got}, but {expected} was {(sum is null ? "announced" : "expected")}. It was deleted.");
        }
        file.Complete(got);
        return got;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Asks for the file, or for the rest of it, wherever the server sends us.</summary>
    /// <returns>The answer, and the SHA-256 that a server of large files announced on the way.</returns>
    private async Task<(HttpResponseMessage Response, string? Sum)> AskAsync(Uri source, CachedFile file, CancellationToken cancellationToken)
    {
        string? sum = null;
        var url = source;
        for (var i = 0; i < MostRedirects; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            var have = File.Exists(file.PartPath) && File.Exists(file.MarkPath) ? new FileInfo(file.PartPath).Length : 0;
            if (have > 0)
            {
                request.Headers.Range = new RangeHeaderValue(have, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(File.ReadAllText(file.MarkPath)));
            }
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.Headers.TryGetValues("X-Linked-ETag", out var marks) && marks.First().Trim('"') is { Length: 64 } mark) sum = mark;
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                response.Dispose();
                var next = new Uri(url, location);
                if (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps) throw new HttpRequestException($"{url} leads to {next}, which is not encrypted.");
                url = next;
                continue;
            }
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
            {
                response.Dispose();
                File.Delete(file.MarkPath);                                   // from the start
                continue;
            }
            if (response.IsSuccessStatusCode) return (response, sum);
            using (response) throw new HttpRequestException($"{url} cannot be fetched: the server says {(int)response.StatusCode} {response.ReasonPhrase}.");
        }
        throw new HttpRequestException($"{source} leads from one place to the next without end.");
    }

    private static async Task ReceiveAsync(HttpResponseMessage response, CachedFile file, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent;
        await using var part = new FileStream(file.PartPath, goesOn ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.None);
        if (goesOn)
        {
            if (response.Content.Headers.ContentRange?.From != part.Length)
                throw new HttpRequestException($"The server sent another part than was asked for ({response.Content.Headers.ContentRange}, not from byte {part.Length}).");
            part.Seek(0, SeekOrigin.End);
        }
        if (response.Headers.ETag is { IsWeak: false } mark) TextFile.Write(file.MarkPath, mark.ToString());
        else File.Delete(file.MarkPath);

        var total = part.Position + response.Content.Headers.ContentLength;
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[1 << 18];
            while (true)
            {
                idle.CancelAfter(Idle);
                var read = await body.ReadAsync(buffer, idle.Token);
                if (read == 0) break;
                await part.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                progress(part.Position, total);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The server sent nothing for {Idle.TotalSeconds:F0} s. Run the command again to go on at byte {part.Position}.");
        }
        catch (HttpIOException e)
        {
            throw new IOException($"The connection broke: {e.Message.TrimEnd('.')}. Run the command again to go on at byte {part.Position}.", e);
        }
        part.Flush(flushToDisk: true);
    }
}
