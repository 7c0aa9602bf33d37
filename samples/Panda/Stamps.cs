using System.ComponentModel;
using System.Diagnostics;

namespace Dit.Samples.Panda;

/// <summary>Photographs for those who have none at hand: fruit and flowers of Debian's package tuxpaint-stamps-default.</summary>
internal static class Stamps
{
    private const string Package = "tuxpaint-stamps-default";

    /// <summary>Fetches the package (161 MB) with apt-get and unpacks it, if that has not been done; nothing is installed.</summary>
    /// <returns>The folder with the photographs.</returns>
    public static async Task<string> FetchAsync(string folder, CancellationToken cancellationToken)
    {
        var photographs = Path.Combine(Path.GetFullPath(folder), "photographs");
        if (Directory.Exists(photographs))
            return photographs;
        Console.WriteLine($"Fetching {Package} from Debian.");
        var temporary = Path.Combine(Path.GetFullPath(folder), "fetching");
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);         // an earlier attempt's
        Directory.CreateDirectory(temporary);
        await RunAsync(temporary, "apt-get", ["download", "-q", Package], cancellationToken);
        await RunAsync(temporary, "dpkg-deb", ["-x", Directory.GetFiles(temporary, "*.deb").Single(), temporary], cancellationToken);
        var stamps = Path.Combine(temporary, "usr", "share", "tuxpaint", "stamps");
        var chosen = Path.Combine(temporary, "photographs");
        Directory.CreateDirectory(chosen);
        foreach (var file in new[] { "food/fruit", "plants/flowers" }.SelectMany(kind => Directory.GetFiles(Path.Combine(stamps, kind), "*.png")))
            File.Move(file, Path.Combine(chosen, Path.GetFileName(file)));
        Directory.Move(chosen, photographs);
        Directory.Delete(temporary, recursive: true);
        return photographs;
    }

    private static async Task RunAsync(string folder, string program, string[] arguments, CancellationToken cancellationToken)
    {
        var failure = $"'{program} {string.Join(' ', arguments)}' failed. Give a folder with photographs instead: --data FOLDER.";
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder })!;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0) throw new IOException(failure);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{failure} {e.Message}", e);         // there is no such program
        }
    }
}
