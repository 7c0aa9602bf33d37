using System.Diagnostics;
using System.Globalization;
using Dit.Data;

namespace Dit.Benchmarks;

/// <summary>Dit's side of the image benchmark; `peers/images_peer.py` says what the commands are.</summary>
internal static class ImagesWorker
{
    private static readonly AdmCenterCrop Crop = new(256);

    /// <summary>As the official program reads images.</summary>
    private static readonly ImageDecodeOptions Options = new() { Channels = 3, ApplyOrientation = false, ApplyColorProfile = false };

    public static void Serve(TextReader input, TextWriter output)
    {
        string[] paths = [];
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(line.Split(' ') switch
            {
                ["open", var folder] => (paths = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)]).Length.ToString(CultureInfo.InvariantCulture),
                ["run", var times] => Seconds(paths, int.Parse(times, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture),
                ["crops", var folder] => WriteCrops(paths, folder),
                _ => $"error: unknown command '{line}'",
            });
            output.Flush();
        }
    }

    private static double Seconds(string[] paths, int times)
    {
        using var process = Process.GetCurrentProcess();
        var start = process.TotalProcessorTime;
        for (var i = 0; i < times; i++)
            foreach (var path in paths) PixelImage.Load(path, Crop, options: Options);
        process.Refresh();
        return (process.TotalProcessorTime - start).TotalSeconds;
    }

    private static string WriteCrops(string[] paths, string folder)
    {
        foreach (var (i, path) in paths.Index())
            File.WriteAllBytes(Path.Combine(folder, $"{i}.dit"), PixelImage.Load(path, Crop, options: Options).Pixels.ToArray());
        return "ready";
    }
}
