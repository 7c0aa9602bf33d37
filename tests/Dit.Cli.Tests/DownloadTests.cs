using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Dit.Cli.Tests;

/// <summary>Downloads from a server on this machine, with all that networks do to them.</summary>
public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] Weights = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];
    private static readonly string Sum = Convert.ToHexStringLower(SHA256.HashData(Weights));

    private readonly TemporaryFolder _folder = new();
    private readonly WeightServer _server = new(Weights);

    public DownloadTests() => Environment.SetEnvironmentVariable("DIT_CACHE", _folder.Path);

    private string File => _folder["dit-xl-2-256/DiT-XL-2-256x256.pt"];

    [Fact]
    public async Task A_file_comes_once_with_its_licence_and_is_checked_ever_after()
    {
        var first = await FetchAsync();
        Assert.Contains("CC-BY-NC 4.0", first.Error, StringComparison.Ordinal);
        Assert.Equal((File, Sum), ((string)first.Json["path"]!, (string)first.Json["files"]![0]!["sha256"]!));
        Assert.Equal(Weights, await System.IO.File.ReadAllBytesAsync(File));
        Assert.Equal($"{Sum}  DiT-XL-2-256x256.pt\n", await System.IO.File.ReadAllTextAsync(File + ".sha256"));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(File)!).Length);

        Assert.Equal(0, (await FetchAsync("--offline")).ExitCode);
        Assert.Equal("/DiT/models/DiT-XL-2-256x256.pt", Assert.Single(_server.Requests).Path);

        await System.IO.File.WriteAllBytesAsync(File, [.. Weights.Reverse()]);
        var damaged = await FetchAsync();
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("damaged", damaged.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_stopped()
    {
        _server.BreakAfter = 100_000;
        var broken = await FetchAsync();
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("Run the command again", broken.LastError, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
        var have = new FileInfo(File + ".part").Length;
        Assert.InRange(have, 1, 100_000);

        _server.BreakAfter = null;
        Assert.Equal(0, (await FetchAsync()).ExitCode);
        Assert.Equal($"bytes={have}-", _server.Requests[^1].Range);
        Assert.Equal(Weights, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_comes_from_its_start()
    {
        _server.BreakAfter = 100_000;
        await FetchAsync();
        (_server.BreakAfter, _server.Mark, _server.Content) = (null, "\"new\"", [.. Weights.Reverse()]);
        Assert.Equal(0, (await FetchAsync()).ExitCode);
        Assert.Equal(_server.Content, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public async Task What_differs_from_its_sum_is_not_kept()
    {
        foreach (var (announced, given) in new[] { (new string('0', 64), (string?)null), (null, new string('1', 64)) })
        {
            _server.Announced = announced;
            var run = given is null ? await FetchAsync() : await FetchAsync("--sha256", given);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(announced ?? given!, run.LastError, StringComparison.Ordinal);
            Assert.False(System.IO.File.Exists(File));
            Assert.False(System.IO.File.Exists(File + ".part"));
        }
        _server.Announced = Sum;                                          // on the redirection, as the servers of large files do
        Assert.Equal(0, (await FetchAsync("--sha256", Sum.ToUpperInvariant())).ExitCode);
    }

    [Fact]
    public async Task Without_a_network_what_is_not_here_is_an_error()
    {
        var run = await FetchAsync("--offline");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not in the cache", run.LastError, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_refusal_says_which_and_where()
    {
        _server.Status = 403;
        var run = await FetchAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("403", run.LastError, StringComparison.Ordinal);
        Assert.Contains("DiT-XL-2-256x256.pt", run.LastError, StringComparison.Ordinal);
    }

    /// A host that does not exist, reached through the proxy that the environment names.
    [Fact]
    public async Task The_proxy_of_the_environment_is_used()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var asked = Task.Run(async () =>
        {
            using var client = await proxy.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
            var line = await reader.ReadLineAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"));
            return line;
        });
        using var process = Invocation.Start(["download", "dit-xl-2-256", "--mirror", "http://weights.invalid"],
            ("http_proxy", $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}"), ("no_proxy", ""), ("NO_PROXY", ""), ("DIT_CACHE", _folder.Path));
        await process.WaitForExitAsync();
        Assert.Equal("GET http://weights.invalid/DiT/models/DiT-XL-2-256x256.pt HTTP/1.1", await asked);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("abc", await System.IO.File.ReadAllTextAsync(File));
    }

    [Fact]
    public async Task The_list_names_every_licence()
    {
        var list = await Invocation.SucceedAsync("download");
        foreach (var name in new[] { "dit-xl-2-256", "dit-xl-2-512", "sd-vae-ft-ema", "sd-vae-ft-mse" }) Assert.Contains(name, list.Output, StringComparison.Ordinal);
        Assert.Equal(2, list.Output.Split("CC-BY-NC 4.0").Length - 1);
        Assert.Equal(2, list.Output.Split("MIT").Length - 1);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DIT_CACHE", null);
        _server.Dispose();
        _folder.Dispose();
    }

    private Task<Invocation> FetchAsync(params string[] more) => Invocation.RunAsync(["download", "dit-xl-2-256", "--mirror", _server.Address, "--json", .. more]);
}
