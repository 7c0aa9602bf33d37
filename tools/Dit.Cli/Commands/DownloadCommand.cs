using System.CommandLine;

namespace Dit.Cli;

/// <summary><c>dit download</c>.</summary>
internal static class DownloadCommand
{
    private const string More = """
        A download that was interrupted goes on where it stopped. The SHA-256 is checked against --sha256 or what the server announces, noted, and checked
        again by every later call. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are heeded.

        Examples:
          dit download
          dit download dit-xl-2-256
          dit download sd-vae-ft-ema --offline                  only checks what is there
          dit download sd-vae-ft-ema --mirror https://mirror.example
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("download", "Fetch published weights into the cache (DIT_CACHE, else the user's). Without a name: list them, with their licences.", More);
        var name = new Argument<string?>("name") { Description = "Which weights.", Arity = ArgumentArity.ZeroOrOne };
        name.AcceptOnlyFromAmong([.. PublishedWeights.All.Select(w => w.Name)]);
        var offline = new Option<bool>("--offline") { Description = "Use no network. DIT_OFFLINE=1 says the same." };
        var mirror = new Option<string?>("--mirror") { Description = "Take the files from this server, under the same paths. DIT_MIRROR says the same." };
        var sum = new Option<string?>("--sha256") { Description = "What the SHA-256 of the weights must be." };
        command.Arguments.Add(name);
        foreach (var option in new Option[] { offline, mirror, sum }) command.Options.Add(option);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            if (parsed.GetValue(name) is not { } wanted)
            {
                List(shell);
                return;
            }
            var weights = PublishedWeights.All.Single(w => w.Name == wanted);
            shell.Note($"{weights.Title}\nlicence: {weights.Licence}\n{weights.Page}");
            var isOffline = parsed.GetValue(offline) || Environment.GetEnvironmentVariable("DIT_OFFLINE") is "1" or "true";
            await FetchAsync(weights, isOffline, Mirror(parsed.GetValue(mirror)), parsed.GetValue(sum), shell, cancellationToken);
        });
    }

    private static void List(Shell shell) => shell.Result(
        string.Join('\n', PublishedWeights.All.Select(w => $"{w.Name,-16}{w.Title}\n{"",-16}{w.Licence}\n{"",-16}{w.Page}")),
        PublishedWeights.All.Select(w => new { w.Name, w.Title, w.Licence, w.Page, Files = w.Files.Select(f => f.Source) }));

    private static async Task FetchAsync(PublishedWeights weights, bool offline, Uri? mirror, string? sum, Shell shell, CancellationToken cancellationToken)
    {
        using var downloader = new Downloader();
        var files = new List<object>();
        foreach (var file in weights.Files)
        {
            var cached = CachedFile.In(Downloads.Folder, weights, file);
            var expected = file == weights.Files[^1] ? sum : null;             // the weights come last
            var got = cached.IsComplete ? await cached.VerifyAsync(cancellationToken)
                : offline ? throw new IOException($"'{cached.Path}' is not in the cache, and --offline forbids to fetch it.")
                : await FetchAsync(downloader, file, cached, mirror, expected, shell, cancellationToken);
            if (expected is not null && !got.Equals(expected, StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"'{cached.Path}' has the SHA-256 {got}, but {expected} was expected.");
            files.Add(new { path = cached.Path, sha256 = got });
            shell.Note($"{got}  {cached.Path}");
        }
        var path = Downloads.Resolve(weights.Name);
        shell.Result(path, new { name = weights.Name, path, licence = weights.Licence, files });
    }

    private static async Task<string> FetchAsync(
        Downloader downloader, PublishedFile file, CachedFile cached, Uri? mirror, string? sum, Shell shell, CancellationToken cancellationToken)
    {
        var source = mirror is null ? file.Source : new Uri(mirror, file.Source.AbsolutePath);
        var got = "";
        await shell.ProgressAsync(file.Name, 0, 100, async progress => got = await downloader.FetchAsync(source, cached, sum,
            (done, total) => progress(total > 0 ? Math.Min(99, 100 * done / total.Value) : 0, $"% ({done / 1e6:N0} of {total / 1e6:N0} MB)"), cancellationToken));
        return got;
    }

    private static Uri? Mirror(string? given)
    {
        if ((given ?? Environment.GetEnvironmentVariable("DIT_MIRROR")) is not { Length: > 0 } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var mirror) && mirror.Scheme is "http" or "https"
            ? mirror
            : throw new UsageException($"'{text}' is no address of a server, such as https://mirror.example.");
    }
}
