using System.Diagnostics;

namespace Dit.Cli.Tests;

/// <summary>What goes wrong is said in one line, and the exit code tells.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(2, "Unrecognized command or argument 'trian'", "trian")]
    [InlineData(2, "Unrecognized command or argument '--bogus'", "train", "--bogus")]
    [InlineData(2, "'many' for option '--steps' as a whole number", "train", "--steps", "many")]
    [InlineData(2, "Say where the images are", "train")]
    [InlineData(2, "no device 'tpu'", "bench", "--device", "tpu")]
    [InlineData(2, "does not end in .png", "sample", "--out", "a.jpg")]
    [InlineData(2, "it ends in .svg or .png", "lr-find", "--plot", "a.pdf")]
    [InlineData(2, "'DiT-Q/2' is no preset", "bench", "--preset", "DiT-Q/2")]
    [InlineData(2, "Argument 'vgg' not recognized", "download", "vgg")]
    [InlineData(2, "there is no trained run", "generate")]
    [InlineData(1, "There is no", "train", "--data", "missing")]
    [InlineData(1, "missing.json", "train", "--config", "missing.json")]
    [InlineData(1, "There is no file or folder 'missing'", "sample", "--checkpoint", "missing")]
    [InlineData(1, "is not downloaded yet: run 'dit download dit-xl-2-256'", "sample", "--checkpoint", "dit-xl-2-256")]
    [InlineData(1, "There is no file or folder 'missing.pt'", "convert", "missing.pt", "out.safetensors")]
    [InlineData(1, "There is no", "data", "check", "missing")]
    public async Task One_line_and_an_exit_code(int code, string expected, params string[] args)
    {
        Environment.SetEnvironmentVariable("DIT_CACHE", _folder["cache"]);
        var before = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(_folder.Path);
        try
        {
            var run = await Invocation.RunAsync(args);
            Assert.Equal(code, run.ExitCode);
            Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
            Assert.Contains(expected, run.Error, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(run.Output);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            Environment.SetEnvironmentVariable("DIT_CACHE", null);
        }
    }

    [Fact]
    public async Task Files_that_are_damaged_or_of_no_model()
    {
        await File.WriteAllTextAsync(_folder["page.safetensors"], "<html>not found</html>");
        var run = await Invocation.RunAsync("convert", _folder["page.safetensors"], _folder["out.safetensors"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("HTML", run.LastError, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.safetensors"]));
    }

    [Fact]
    public async Task An_unknown_label_is_answered_with_those_that_are_known()
    {
        await Invocation.SucceedAsync(["train", "--data", Faces.Create(_folder), "--out", _folder["run"], "--steps", "1", .. Faces.Small]);
        foreach (var label in new[] { "cat", "2", "-1" })
        {
            var run = await Invocation.RunAsync("sample", "-c", _folder["run"], "--labels", label, "--out", _folder["a.png"]);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains($"There is no class '{label}'", run.LastError, StringComparison.Ordinal);
            Assert.Contains("female, male", run.LastError, StringComparison.Ordinal);
            Assert.False(File.Exists(_folder["a.png"]));
        }
    }

    /// A folder below a file, which not even root can create, stands for one that is not to be written to.
    [Fact]
    public async Task A_folder_that_cannot_be_written_is_found_before_the_work()
    {
        var faces = Faces.Create(_folder);
        await File.WriteAllTextAsync(_folder["file"], "");
        var nowhere = _folder["file/run"];
        await Invocation.SucceedAsync(["train", "--data", faces, "--out", _folder["run"], "--steps", "1", .. Faces.Small]);
        string[][] all =
        [
            ["train", "--data", faces, "--out", nowhere, .. Faces.Small], ["sample", "-c", _folder["run"], "--out", nowhere + "/a.png"],
            ["generate", "-c", _folder["run"], "--out", nowhere], ["convert", _folder["run"], nowhere + "/a.safetensors"],
            ["lr-find", "--data", faces, "--plot", nowhere + "/a.svg"], ["data", "check", faces, "--sheet", nowhere + "/a.png"],
        ];
        foreach (var args in all)
        {
            var run = await Invocation.RunAsync(args);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("cannot be written", run.Error, StringComparison.Ordinal);
            Assert.Contains("is no folder", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public async Task Ctrl_C_leaves_a_checkpoint_and_the_training_goes_on_from_it()
    {
        string[] args = ["train", "--data", Faces.Create(_folder), "--out", _folder["run"], "--steps", "1000000", "--sample-every", "0", .. Faces.Small];
        using var process = Invocation.Start(args);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var end = patience.Token.Register(() => process.Kill());
        var error = process.StandardError.ReadToEndAsync();
        for (var i = 0; i < 600 && !process.HasExited && !File.Exists(Path.Combine(_folder["run"], "metrics.jsonl")); i++) await Task.Delay(100);
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {process.Id}"])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("stopped", (await error).TrimEnd().Split('\n')[^1]);
        var step = int.Parse(Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder["run"], "step-*")))[5..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(step > 0);
        var further = await Invocation.SucceedAsync("train", "--out", _folder["run"], "--steps", $"{step + 2}", "--json");
        Assert.Equal(step + 2, (int)further.Json["step"]!);
    }

    public void Dispose() => _folder.Dispose();
}
