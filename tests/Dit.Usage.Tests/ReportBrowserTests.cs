using System.Diagnostics;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>The report of a run as a browser shows it.</summary>
public sealed class ReportBrowserTests : IDisposable
{
    private const int Width = 1400, Height = 2000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dit-browser-");

    public void Dispose() => _folder.Delete(recursive: true);

    [ChromiumFact]
    public async Task Curves_and_samples_are_drawn_and_there_is_nothing_to_complain_of()
    {
        var config = new DitConfig { ImageSize = 8, Channels = 1, PatchSize = 4, Width = 16, Depth = 1, Heads = 2, Classes = 2 };
        using var model = new DitModel(config);
        using var trainer = new DitTrainer(model, new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()));
        await using var data = new BatchLoader(new InMemoryDataset([.. Enumerable.Range(0, 8).Select(i => new LabeledImage(new PixelImage(new byte[64], 8, 8, 1), i % 2))]), batchSize: 4, seed: 0);
        using (var run = new RunObserver(Path.Combine(_folder.FullName, "run"), new RunInfo { Model = config }))
        {
            using var magenta = tensor(new byte[] { 255, 0, 255 }).view(3, 1, 1).expand(3, 4, 4).contiguous();      // a colour that nothing else has
            trainer.Observers.Add(run);
            trainer.Observers.Add(new SampleObserver(30, (_, _) => [("samples", Png.Encode(magenta))], [run]));
            await trainer.FitAsync(data, steps: 60);
        }

        var page = Path.Combine(_folder.FullName, "run", "report.html");
        var (picture, complaints) = Browse(page);
        Assert.Empty(complaints);
        var curve = Places(picture, (0x1f, 0x5f, 0xa8), tolerance: 12);
        Assert.True(curve.Select(p => p.X).Distinct().Count() > 700, "the curves go over two columns of charts");
        Assert.True(curve.Select(p => p.Y).Distinct().Count() > 150, "and are no straight lines");
        var samples = Places(picture, (255, 0, 255), tolerance: 0);
        var columns = samples.Select(p => p.X).Distinct().Order().ToArray();
        var gap = Assert.Single(columns.Zip(columns.Skip(1)), pair => pair.Second > pair.First + 1).Second;     // two pictures side by side
        var squares = samples.GroupBy(p => p.X < gap).ToList();
        Assert.All(squares, square =>
        {
            var (across, down) = (square.Max(p => p.X) - square.Min(p => p.X) + 1, square.Max(p => p.Y) - square.Min(p => p.Y) + 1);
            Assert.InRange(across, 150, 400);
            Assert.Equal(across, down, 2.0);
            Assert.InRange(square.Count(), (int)(0.97 * across * down), across * down);
        });

        // A page that asks for something beyond itself is complained of: the check can fail.
        await File.WriteAllTextAsync(page, (await File.ReadAllTextAsync(page)).Replace("</body>", "<img src=\"http://dit.invalid/a.png\"></body>", StringComparison.Ordinal));
        Assert.Contains("dit.invalid", Assert.Single(Browse(page).Complaints), StringComparison.Ordinal);
    }

    private static List<(int X, int Y)> Places(PixelImage picture, (int R, int G, int B) colour, int tolerance)
    {
        var places = new List<(int, int)>();
        var pixels = picture.Pixels.Span;
        for (var i = 0; i < pixels.Length; i += 3)
            if (Math.Abs(pixels[i] - colour.R) <= tolerance && Math.Abs(pixels[i + 1] - colour.G) <= tolerance && Math.Abs(pixels[i + 2] - colour.B) <= tolerance)
                places.Add((i / 3 % picture.Width, i / 3 / picture.Width));
        return places;
    }

    /// <summary>A picture of a page, and what the browser's console says of it.</summary>
    private (PixelImage Picture, string[] Complaints) Browse(string page)
    {
        var (shot, profile) = (Path.Combine(_folder.FullName, "shot.png"), Path.Combine(_folder.FullName, $"profile-{Guid.NewGuid():N}"));
        File.Delete(shot);
        using var browser = Process.Start(new ProcessStartInfo(ChromiumFactAttribute.Browser!, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr", $"--user-data-dir={profile}", $"--window-size={Width},{Height}", $"--screenshot={shot}",
            new Uri(page).AbsoluteUri])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = browser.StandardOutput.ReadToEndAsync();
        var log = browser.StandardError.ReadToEnd();
        browser.WaitForExit();
        Assert.True(browser.ExitCode == 0 && File.Exists(shot), $"{log}{output.Result}");
        return (PixelImage.Load(shot, channels: 3), [.. log.Split('\n').Where(line => line.Contains(":CONSOLE", StringComparison.Ordinal))]);
    }
}
