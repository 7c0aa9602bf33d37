using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed partial class ReportObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_training_becomes_a_page_that_needs_nothing_else()
    {
        using var report = new ReportObserver(_folder["run"], new RunInfo
        {
            Title = "Digits <1 & 2>", Model = Models.Tiny, Settings = new Dictionary<string, object> { ["batch"] = 4, ["rate"] = 1.5e-3 },
        });
        using var run = new TrainingRun(_folder["run"]);
        run.Trainer.Observers.Add(new SampleObserver(5, (step, _) => [("ema/grid", Picture(step))], [report]));
        run.Trainer.Observers.Add(new HistogramObserver(5, _ => [("final <layer>", run.Model.get_parameter("final_layer.linear.weight")!)], report));
        run.Trainer.Observers.Add(report);
        await run.FitAsync(12);

        var page = Page();
        Assert.Contains("<title>Digits &lt;1 &amp; 2&gt;</title>", page, StringComparison.Ordinal);
        Assert.Contains("<th>model.width</th><td>16</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>rate</th><td>0.0015</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>libtorch</th>", page, StringComparison.Ordinal);
        Assert.Contains("<th>.NET</th>", page, StringComparison.Ordinal);
        Assert.Contains("<b>12</b><span>Step</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(href|src)=""(?!data:)|https?:|url\(|@import", page);

        var charts = Charts(page);
        Assert.Equal(["Loss", "Gradient norm, before clipping", "Learning rate", "Throughput, images/s", "Waiting for data, share of the time", "final <layer>, step 12"],
            charts.Select(c => c.Attribute("aria-label")!.Value));
        Assert.All(charts.Take(5), c => Assert.Equal(12, Points(c.Elements("polyline").Last()).Length));
        Assert.Equal(30, charts[5].Elements("rect").Count());

        var pictures = Pictures().Matches(page).Select(m => Convert.FromBase64String(m.Groups[1].Value)).ToArray();
        Assert.Equal([Picture(5), Picture(10), Picture(12)], pictures);
        Assert.Equal(["step 5", "step 10", "step 12"], Captions().Matches(page).Select(m => m.Groups[1].Value));
    }

    /// <summary>The learning rate, a straight line, is a straight line on the picture, from the left to the right.</summary>
    [Fact]
    public void Curves_are_to_scale()
    {
        using (var report = new ReportObserver(_folder["run"]))
            for (var step = 1; step <= 5000; step++)
                report.OnStep(Progress.At(step, loss: step == 2500 ? 50 : 1) with { LearningRate = step * 1e-6, Steps = 5000 });
        var charts = Charts(Page());
        var rate = Points(charts[2].Elements("polyline").Single());
        Assert.InRange(rate.Length, 200, 600);
        Assert.Equal((62, 620), (rate[0].X, rate[^1].X));
        var slope = (rate[^1].Y - rate[0].Y) / (rate[^1].X - rate[0].X);
        Assert.True(slope < 0);                                               // up is less
        Assert.All(rate, p => Assert.Equal(rate[0].Y + slope * (p.X - rate[0].X), p.Y, 0.2));
        var loss = Points(charts[0].Elements("polyline").First(l => l.Attribute("class")!.Value == "raw"));
        Assert.Contains(loss, p => p.Y < 11 && Math.Abs(p.X - 341) < 3);      // a single spike is not thinned away
    }

    /// <summary>What observers measure is drawn in one chart for what stands before the slash, to one scale, with a legend.</summary>
    [Fact]
    public void Measured_curves_share_a_chart()
    {
        using (var report = new ReportObserver(_folder["run"]))
        {
            for (var step = 1; step <= 20; step++)
                report.OnStep(Progress.At(step));
            foreach (var step in (int[])[10, 20, 30])                         // 30 is of a future that was given up
                report.AddScalars(step, ("held_out_loss/raw", step / 10), ("held_out_loss/ema", 2), ("other", double.NaN));
        }
        var page = Page();
        var chart = Assert.Single(Charts(page), c => c.Attribute("aria-label")!.Value == "Held out loss");
        var (raw, ema) = (Points(chart.Elements("polyline").First()), Points(chart.Elements("polyline").Last()));
        Assert.Equal((2, 62, 620), (raw.Length, raw[0].X, raw[^1].X));
        Assert.Equal(ema[0].Y, ema[1].Y);
        Assert.Equal(raw[1].Y, ema[1].Y);                                     // both are 2 at the end
        Assert.True(raw[0].Y > ema[0].Y);
        Assert.Matches("<figcaption>Held out loss<span class=\"key\"><i style=\"background:#2f6fc4\"></i>raw</span><span class=\"key\"><i style=\"background:#cb3f45\"></i>ema</span>", page);
        Assert.DoesNotContain("Other", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_made_now_and_then_and_at_the_end()
    {
        using var report = new ReportObserver(_folder["run"]) { Every = TimeSpan.FromHours(1) };
        report.OnStep(Progress.At(1, steps: 4));
        Assert.Contains("<b>1</b><span>Step</span>", Page(), StringComparison.Ordinal);
        report.OnStep(Progress.At(2, steps: 4));
        report.OnStep(Progress.At(3, steps: 4));
        Assert.Contains("<b>1</b><span>Step</span>", Page(), StringComparison.Ordinal);
        report.OnStep(Progress.At(4, steps: 4));
        Assert.Contains("<b>4</b><span>Step</span>", Page(), StringComparison.Ordinal);
        report.OnStep(Progress.At(5, steps: 5));                              // a host's own loop, where every step is the last
        report.OnStep(Progress.At(6, steps: 6));
        Assert.Contains("<b>4</b><span>Step</span>", Page(), StringComparison.Ordinal);
        report.Dispose();
        Assert.Contains("<b>6</b><span>Step</span>", Page(), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_pictures_are_thinned_and_those_of_an_abandoned_future_left_out()
    {
        using var report = new ReportObserver(_folder["run"]);
        for (var step = 1; step <= 100; step++)
            report.AddImage("grid", Picture(step), step);
        report.OnStep(Progress.At(93));
        report.Dispose();
        var captions = Captions().Matches(Page()).Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal((24, "step 1", "step 93"), (captions.Length, captions[0], captions[^1]));
    }

    [Fact]
    public void A_folder_with_nothing_but_numbers_has_a_page_and_a_missing_one_has_none()
    {
        Directory.CreateDirectory(_folder["old"]);
        Assert.Contains("No step is reported yet", File.ReadAllText(HtmlReport.Write(_folder["old"])), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder["old"], "metrics.jsonl"), "{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":1}\n{\"step\":3,\"lo");
        var page = File.ReadAllText(HtmlReport.Write(_folder["old"]));
        Assert.Contains("<h1>old</h1>", page, StringComparison.Ordinal);
        Assert.Equal("Loss", Assert.Single(Charts(page)).Attribute("aria-label")!.Value);
        Assert.Throws<DirectoryNotFoundException>(() => HtmlReport.Write(_folder["none"]));
    }

    private static byte[] Picture(long step)
    {
        using var image = full([1, 2, 2], (byte)step, uint8);
        return Png.Encode(image);
    }

    private static XElement[] Charts(string page) => [.. Svg().Matches(page).Select(m => XElement.Parse(m.Value))];

    private static (double X, double Y)[] Points(XElement line) =>
        [.. Point().Matches(line.Attribute("points")!.Value).Select(p => (double.Parse(p.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(p.Groups[2].Value, CultureInfo.InvariantCulture)))];

    private string Page() => File.ReadAllText(Path.Combine(_folder["run"], "report.html"));

    [GeneratedRegex("([-0-9.]+),([-0-9.]+) ")]
    private static partial Regex Point();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();

    [GeneratedRegex("src=\"data:image/png;base64,([^\"]+)\"")]
    private static partial Regex Pictures();

    [GeneratedRegex("<figcaption>(step [^<]+)</figcaption>")]
    private static partial Regex Captions();
}
