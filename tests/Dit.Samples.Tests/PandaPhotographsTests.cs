using System.Runtime.Versioning;
using Dit.Data;

namespace Dit.Samples.Tests;

/// <summary>Who has no photographs starts Panda without any, as its README says; the programs that fetch them are played here.</summary>
/// <remarks>It failed: one program was told a path from where the sample was started, the other ran within the folder of the run.</remarks>
[SupportedOSPlatform("linux")]
public sealed class PandaPhotographsTests : IDisposable
{
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("dit-programs-");

    [Fact]
    public async Task They_are_fetched_into_the_run_where_the_sample_is_started()
    {
        new PixelImage(new byte[80 * 80 * 3], 80, 80, 3).Save(Path.Combine(_programs.FullName, "apple.png"));
        Program("apt-get", "echo package > tuxpaint-stamps-default_1_all.deb");
        Program("dpkg-deb", $"""
            [ "$1" = -x ] && [ -s "$2" ] && [ -d "$3" ] || exit 2
            for kind in food/fruit plants/flowers; do
                mkdir -p "$3/usr/share/tuxpaint/stamps/$kind"
                for i in 1 2 3 4; do cp {_programs.FullName}/apple.png "$3/usr/share/tuxpaint/stamps/$kind/$(basename $kind)$i.png"; done
            done
            """);
        using var sample = new Sample("Panda") { Path = $"{_programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}" };
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(sample["runs/panda/fetching"]).FullName, "half.deb"), "");      // of an attempt that was killed
        await sample.RunAsync("--small", "--steps", "1");
        Assert.Equal(8, Directory.GetFiles(sample["runs/panda/photographs"]).Length);
        Assert.False(Directory.Exists(sample["runs/panda/fetching"]));
    }

    [Theory]
    [InlineData("exit 100")]
    [InlineData(null)]
    public async Task Where_they_cannot_be_fetched_a_line_says_what_to_do(string? script)
    {
        if (script is not null) Program("apt-get", script);
        using var sample = new Sample("Panda") { Path = _programs.FullName };
        var (code, output) = await sample.TryAsync("--small", "--steps", "1");
        Assert.Equal(1, code);
        Assert.Contains("--data FOLDER", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    public void Dispose() => _programs.Delete(recursive: true);

    private void Program(string name, string script)
    {
        var path = Path.Combine(_programs.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
