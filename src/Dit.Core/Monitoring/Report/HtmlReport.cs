using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Dit.Core;

/// <summary>Makes the page of a run from the files that a <see cref="ReportObserver"/> keeps.</summary>
public static class HtmlReport
{
    /// <summary>Pictures of one name that a page shows, spread over the training.</summary>
    private const int MostSamples = 24;

    /// <summary>Makes <c>report.html</c> in a run's folder; nothing but the files there is needed, so it works for a run of long ago.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string Write(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"There is no folder '{directory}' to make a report of.");
        var path = Path.Combine(directory, "report.html");
        var page = Page(directory);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(page));
        return path;
    }

    internal static string MetricsPath(string directory) => Path.Combine(directory, "metrics.jsonl");

    internal static string HistogramsPath(string directory) => Path.Combine(directory, "histograms.jsonl");

    internal static string RunPath(string directory) => Path.Combine(directory, "run.json");

    private static string Page(string directory)
    {
        var lines = Lines(MetricsPath(directory), MonitoringJson.Default.StepRecord);
        var steps = lines.FindAll(line => line.Values is null);
        var run = ReadRun(directory);
        var last = steps.Count > 0 ? steps[^1].Step : long.MaxValue;
        var samples = SampleFile.List(directory).Where(s => s.Step <= last);         // later ones are of a training that was resumed from before them
        var histograms = Lines(HistogramsPath(directory), MonitoringJson.Default.HistogramRecord).Where(h => h.Step <= last);
        var page = new StringBuilder();
        page.Append(Invariant($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <link rel="icon" href="data:,">
            <title>{Text(run.Title)}</title>
            <style>{ReportStyle.Css}</style>
            </head>
            <body>
            <h1>{Text(run.Title)}</h1>
            <p class="when">Started {run.Started:yyyy-MM-dd HH:mm:ss zzz}. This page is of {DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss zzz}.</p>

            """));
        AddTiles(page, steps);
        AddCurves(page, steps, lines.FindAll(line => line.Values is not null && line.Step <= last));
        AddSamples(page, samples);
        AddAnimations(page, directory);
        AddHistograms(page, histograms);
        AddTable(page, "Configuration", run.Settings);
        AddTable(page, "Environment", run.Environment);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void AddTiles(StringBuilder page, List<StepRecord> steps)
    {
        if (steps.Count == 0)
        {
            page.Append("<p>No step is reported yet.</p>\n");
            return;
        }
        var last = steps[^1];
        var time = (last.Time - steps[0].Time).TotalSeconds;
        page.Append("<div class=\"tiles\">\n");
        Tile("Step", Invariant($"{last.Step:N0}"));
        Tile("Epoch", Invariant($"{last.Epoch:N0}"));
        Tile("Loss, mean of the last 50 reports", Number(Mean(steps, s => s.Loss)));
        Tile("Images/s, likewise", Number(Mean(steps, s => s.ImagesPerSecond)));
        Tile("Time from first report to last", Invariant($"{(long)(time / 3600)}:{TimeSpan.FromSeconds(time):mm\\:ss}"));
        page.Append("</div>\n");

        void Tile(string name, string value) => page.Append(Invariant($"<div><b>{value}</b><span>{name}</span></div>\n"));
    }

    private static void AddCurves(StringBuilder page, List<StepRecord> steps, List<StepRecord> measured)
    {
        page.Append("<h2>Curves</h2>\n<div class=\"charts\">\n");
        Add("Loss", s => s.Loss, smooth: true);
        Add("Gradient norm, before clipping", s => s.GradientNorm, smooth: true);
        Add("Learning rate", s => s.LearningRate, smooth: false);
        Add("Throughput, images/s", s => s.ImagesPerSecond, smooth: true);
        Add("Waiting for data, share of the time", s => s.DataWait, smooth: true);
        foreach (var chart in measured.SelectMany(m => m.Values!.Select(v => (Name: v.Key, m.Step, v.Value))).Where(v => v.Value is not null).GroupBy(v => Group(v.Name)))
            page.Append(LineChart.Draw(chart.Key, [.. chart.GroupBy(v => v.Name[(v.Name.IndexOf('/', StringComparison.Ordinal) + 1)..])
                .Select(line => (line.Key, line.Select(v => ((double)v.Step, v.Value!.Value)).ToArray()))]));
        page.Append("</div>\n");

        void Add(string title, Func<StepRecord, double?> value, bool smooth)
        {
            (double, double)[] points = [.. steps.Where(s => value(s) is not null).Select(s => ((double)s.Step, value(s)!.Value))];
            if (points.Length > 1)
                page.Append(LineChart.Draw(title, points, smooth));
        }
    }

    /// <summary>What stands before the slash, as a heading.</summary>
    private static string Group(string name)
    {
        var group = name.Split('/', 2)[0].Replace('_', ' ');
        return char.ToUpperInvariant(group[0]) + group[1..];
    }

    private static void AddSamples(StringBuilder page, IEnumerable<SampleFile> samples)
    {
        foreach (var group in samples.GroupBy(s => s.Name))
        {
            page.Append(Invariant($"<h2>{Text(group.Key)}</h2>\n<div class=\"samples\">\n"));
            foreach (var sample in SampleFile.Spread([.. group], MostSamples))
                AddPicture(page, group.Key, "png", sample.Path, Invariant($"step {sample.Step:N0}"));
            page.Append("</div>\n");
        }
    }

    private static void AddAnimations(StringBuilder page, string directory)
    {
        var folder = Path.Combine(directory, "animations");
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Where(f => Path.GetExtension(f) is ".gif" or ".webp").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0)
            return;
        page.Append("<h2>Animations</h2>\n<div class=\"samples\">\n");
        foreach (var file in files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            AddPicture(page, name, Path.GetExtension(file)[1..], file, Text(name));
        }
        page.Append("</div>\n");
    }

    private static void AddPicture(StringBuilder page, string name, string format, string path, string caption) =>
        page.Append(Invariant($"<figure><img alt=\"{Text(name)}\" src=\"data:image/{format};base64,"))
            .Append(Convert.ToBase64String(File.ReadAllBytes(path)))
            .Append(Invariant($"\"><figcaption>{caption}</figcaption></figure>\n"));

    private static void AddHistograms(StringBuilder page, IEnumerable<HistogramRecord> histograms)
    {
        HistogramRecord[] newest = [.. histograms.GroupBy(h => h.Name).Select(g => g.MaxBy(h => h.Step)!).Where(h => h.Values.Counts.Length > 0)];
        if (newest.Length == 0)
            return;
        page.Append("<h2>Distributions</h2>\n<div class=\"charts\">\n");
        foreach (var histogram in newest)
            page.Append(BarChart.Draw(Invariant($"{histogram.Name}, step {histogram.Step:N0}"), histogram.Values));
        page.Append("</div>\n");
    }

    private static void AddTable(StringBuilder page, string title, Dictionary<string, string> values)
    {
        if (values.Count == 0)
            return;
        page.Append(Invariant($"<h2>{title}</h2>\n<table>\n"));
        foreach (var (name, value) in values)
            page.Append(Invariant($"<tr><th>{Text(name)}</th><td>{Text(value)}</td></tr>\n"));
        page.Append("</table>\n");
    }

    private static List<T> Lines<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class =>
        File.Exists(path) ? [.. JsonLinesFile<T>.Read(path, type)] : [];

    private static RunRecord ReadRun(string directory)
    {
        if (File.Exists(RunPath(directory))
            && JsonSerializer.Deserialize(File.ReadAllBytes(RunPath(directory)), MonitoringJson.Default.RunRecord) is { } run)
            return run;
        var made = Directory.GetCreationTime(directory);
        return new() { Title = Path.GetFileName(Path.GetFullPath(directory)), Started = made, Settings = [], Environment = [] };
    }

    private static double Mean(List<StepRecord> steps, Func<StepRecord, double?> value) => steps.TakeLast(50).Select(value).Average() ?? double.NaN;

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
