using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Dit.Cli.Tests;

/// <summary>A server of one file, which sends whom it asks to another path first, as those of large files do.</summary>
internal sealed class WeightServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly List<(string Path, string? Range)> _requests = [];

    public WeightServer(byte[] content)
    {
        Content = content;
        (_listener, Address) = Listen();
        _ = Task.Run(ServeAsync);
    }

    public string Address { get; }

    public byte[] Content { get; set; }

    public string Mark { get; set; } = "\"old\"";

    /// <value>After how many bytes the connection breaks; null for never.</value>
    public int? BreakAfter { get; set; }

    /// <value>The SHA-256 that is announced; null for none.</value>
    public string? Announced { get; set; }

    public int Status { get; set; } = 200;

    /// <value>What was asked for, without what a redirection led to.</value>
    public IReadOnlyList<(string Path, string? Range)> Requests => _requests;

    public void Dispose() => _listener.Close();

    private static (HttpListener Listener, string Address) Listen()
    {
        while (true)
        {
            var address = $"http://127.0.0.1:{RandomNumberGenerator.GetInt32(20_000, 60_000)}/";
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException)
            {
                listener.Close();                                         // the port is taken
            }
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client or the test is gone.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = request.Url!.AbsolutePath;
        if (!path.StartsWith("/blob", StringComparison.Ordinal))
        {
            _requests.Add((path, request.Headers["Range"]));
            if (Announced is not null) response.AddHeader("X-Linked-ETag", $"\"{Announced}\"");
            response.Redirect("/blob" + path);
            response.Close();
            return;
        }
        response.StatusCode = Status;
        if (Status != 200)
        {
            response.Close();
            return;
        }
        var from = 0;
        if (request.Headers["Range"] is { } range && (request.Headers["If-Range"] ?? Mark) == Mark)
        {
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.AddHeader("Content-Range", $"bytes {from}-{Content.Length - 1}/{Content.Length}");
        }
        response.AddHeader("ETag", Mark);
        response.ContentLength64 = Content.Length - from;
        var end = Math.Min(BreakAfter ?? Content.Length, Content.Length);
        await response.OutputStream.WriteAsync(Content.AsMemory(from, end - from));
        await response.OutputStream.FlushAsync();
        if (end < Content.Length)
        {
            await Task.Delay(200);                                        // what was written arrives before the end does
            response.Abort();
        }
        else
        {
            response.Close();
        }
    }
}
