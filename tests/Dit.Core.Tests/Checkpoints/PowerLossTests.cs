using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dit.Core.Tests;

/// <summary>What a training asks of the disk, and in which order: a loss of power leaves of it what was flushed.</summary>
[Trait("Category", "Faults")]
public sealed partial class PowerLossTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Files, then their folder, then the rename, then the folder that the name is in; only then is an older checkpoint deleted.</summary>
    [StraceFact]
    public void A_checkpoints_name_is_on_the_disk_before_an_older_one_goes()
    {
        var run = _folder["new/run"];
        var calls = Trace(run, steps: 5);
        Assert.InRange(calls.IndexOf($"fsync {_folder["new"]}"), calls.IndexOf($"fsync {_folder.Path}") + 1, calls.IndexOf($"fsync {run}"));       // the folders' own names
        Assert.Contains($"fsync {_folder.Path}", calls);
        for (var step = 1; step <= 5; step++)
        {
            var name = $"{run}/step-000000{step}";
            var renamed = calls.FindIndex(c => c.StartsWith("rename ", StringComparison.Ordinal) && c.EndsWith($" {name}", StringComparison.Ordinal));
            Assert.True(renamed > 0, name);
            var temporary = calls[renamed].Split(' ')[1];
            foreach (var file in (string[])["model.safetensors", "ema.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"])
                Assert.InRange(calls.IndexOf($"fsync {temporary}/{file}"), 0, renamed);
            Assert.InRange(calls.LastIndexOf($"fsync {temporary}"), calls.IndexOf($"fsync {temporary}/SHA256SUMS"), renamed);
            var next = calls.FindIndex(renamed + 1, c => c.StartsWith("rename ", StringComparison.Ordinal) && c.Contains("step-", StringComparison.Ordinal));
            Assert.InRange(calls.IndexOf($"fsync {run}", renamed), renamed, next < 0 ? int.MaxValue : next);
        }
        Assert.Contains(calls, c => c.StartsWith($"rename {run}/step-0000001 ", StringComparison.Ordinal));       // one that went
    }

    [Fact]
    public void A_folder_that_cannot_be_flushed_is_named()
    {
        FolderEntries.Flush(_folder.Path);
        if (OperatingSystem.IsLinux())
            Assert.Contains(_folder["none"], Assert.Throws<IOException>(() => FolderEntries.Flush(_folder["none"])).Message, StringComparison.Ordinal);
    }

    /// <summary>The calls that flush and rename: <c>fsync PATH</c> and <c>rename OLD NEW</c>, in order.</summary>
    private List<string> Trace(string run, int steps)
    {
        using var process = Process.Start(new ProcessStartInfo("strace", [
            "--follow-forks", "--seccomp-bpf", "--decode-fds=path", "--string-limit=4096", "--trace=fsync,rename", "--output", _folder["trace"],
            "dotnet", typeof(PowerLossTests).Assembly.Location, run, $"{steps}"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return
        [
            .. from line in File.ReadLines(_folder["trace"])
               let flush = Flush().Match(line)
               let rename = Rename().Match(line)
               where flush.Success || rename.Success
               select flush.Success ? $"fsync {flush.Groups[1].Value}" : $"rename {rename.Groups[1].Value} {rename.Groups[2].Value}",
        ];
    }

    [GeneratedRegex(@"fsync\(\d+<([^>]*)>")]
    private static partial Regex Flush();

    [GeneratedRegex("rename\\(\"([^\"]*)\", \"([^\"]*)\"")]
    private static partial Regex Rename();
}
