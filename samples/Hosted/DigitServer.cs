using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Dit.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dit.Samples.Hosted;

/// <summary>
/// A minimal web endpoint: <c>/</c>, a page; <c>/digits/7.png?seed=1&amp;guidance=2</c>, a digit; <c>/status</c>, how the training stands; <c>/report</c>, its report.
/// </summary>
/// <remarks>HttpListener needs nothing but .NET itself; with ASP.NET Core, <c>app.MapGet("/digits/{digit}.png", ...)</c> is the same.</remarks>
internal sealed class DigitServer(Artist artist, TrainingStatus status, IOptions<SampleOptions> sample, IOptions<DitOptions> dit, ILogger<DigitServer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listener = new HttpListener();
        listener.Prefixes.Add(sample.Value.Address);
        listener.Start();
        using var stop = stoppingToken.Register(listener.Close);
        logger.LogInformation("Digits at {Address}", sample.Value.Address);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context), CancellationToken.None);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The listener was closed.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var (code, type, content) = Answer(context.Request);
            (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength64) = (code, type, content.Length);
            await context.Response.OutputStream.WriteAsync(content);
            context.Response.Close();
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Url} could not be answered.", context.Request.Url);
            context.Response.Abort();
        }
    }

    private (int Code, string Type, byte[] Content) Answer(HttpListenerRequest request)
    {
        var path = request.Url!.AbsolutePath;
        if (path == "/") return Text(200, "text/html", Page());
        if (path == "/status") return Text(200, "application/json", Status());
        if (path == "/report") return Report();
        if (path.Split('/') is not ["", "digits", var file] || !file.EndsWith(".png", StringComparison.Ordinal)) return Text(404, "text/plain", "There is nothing here. See /");
        if (!long.TryParse(file[..^4], CultureInfo.InvariantCulture, out var digit) || digit is < 0 or > 9) return Text(400, "text/plain", "A digit is 0 to 9.");
        if (!Number(request, "seed", "0", out var seed) || seed is < 0 or > long.MaxValue || !Number(request, "guidance", "2", out var guidance) || guidance is < 0 or > 20)
            return Text(400, "text/plain", "seed is a whole number from 0, guidance a number from 0 to 20.");
        return artist.Draw(digit, (ulong)seed, guidance) is { } png ? (200, "image/png", png) : Text(503, "text/plain", "There is no checkpoint yet.");
    }

    private static bool Number(HttpListenerRequest request, string name, string otherwise, out double value) =>
        double.TryParse(request.QueryString[name] ?? otherwise, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private string Status()
    {
        var last = status.Last;
        return JsonSerializer.Serialize(new { step = last.Step, steps = sample.Value.Steps, loss = last.Loss, imagesPerSecond = last.ImagesPerSecond, timeLeft = last.TimeLeft });
    }

    private static string Page()
    {
        var digits = string.Concat(Enumerable.Range(0, 10).Select(digit => $"<img src=\"/digits/{digit}.png?seed={Random.Shared.Next(1000)}\" width=\"84\" alt=\"{digit}\">\n"));
        return $"<!DOCTYPE html><title>Digits</title><body style=\"background:#222;color:#ddd;font-family:sans-serif\">\n{digits}<p><a style=\"color:#8bf\" href=\"/status\">status</a>\n"
            + "<a style=\"color:#8bf\" href=\"/report\">report</a></body>";
    }

    private (int Code, string Type, byte[] Content) Report()
    {
        var path = Path.Combine(dit.Value.Training.CheckpointDirectory ?? "", "report.html");
        return File.Exists(path) ? (200, "text/html; charset=utf-8", File.ReadAllBytes(path)) : Text(503, "text/plain", "There is no report yet.");
    }

    private static (int Code, string Type, byte[] Content) Text(int code, string type, string text) => (code, $"{type}; charset=utf-8", Encoding.UTF8.GetBytes(text));
}
