using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dit.Core.Tests;

public sealed class MetricsObserverTests
{
    [Fact]
    public void Listeners_get_the_numbers()
    {
        var measured = new List<(string Name, double Value, string? Run)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == DitTelemetry.Name)
                    me.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => measured.Add((i.Name, value, Run(tags))));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => measured.Add((i.Name, value, Run(tags))));
        listener.Start();
        var observer = new MetricsObserver("a", batchSize: 8);
        observer.OnStep(Progress.At(101, loss: 2, norm: double.NaN));
        observer.OnStep(Progress.At(121, loss: 3) with { DataWait = 0.25 });
        Assert.Equal([1, 20], Values("dit.training.steps"));
        Assert.Equal([8, 160], Values("dit.training.images"));
        Assert.Equal([2, 3], Values("dit.training.loss"));
        Assert.Equal([1e-3, 1e-3], Values("dit.training.learning_rate"));
        Assert.Equal([0.5], Values("dit.training.gradient_norm"));
        Assert.Equal([100, 100], Values("dit.training.images_per_second"));
        Assert.Equal([0, 0.25], Values("dit.training.data_wait"));
        Assert.All(measured, m => Assert.Equal("a", m.Run));

        IEnumerable<double> Values(string name) => measured.Where(m => m.Name == name).Select(m => m.Value);

        static string? Run(ReadOnlySpan<KeyValuePair<string, object?>> tags) => (string?)tags.ToArray().Single(t => t.Key == "run").Value;
    }

    [Fact]
    public void Steps_and_checkpoints_are_activities()
    {
        var stopped = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DitTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var watch = Stopwatch.StartNew();
        var observer = new MetricsObserver();
        Thread.Sleep(30);
        observer.OnStep(Progress.At(20, loss: 0.25));
        var most = watch.Elapsed;
        observer.OnCheckpoint(20, "runs/a/step-0000020");
        Assert.Equal(["dit.training.steps", "dit.training.checkpoint"], stopped.Select(a => a.OperationName));
        Assert.Equal((20L, 0.25), (stopped[0].GetTagItem("dit.step"), stopped[0].GetTagItem("dit.loss")));
        Assert.InRange(stopped[0].Duration.TotalMilliseconds, 25, most.TotalMilliseconds + 25);      // activities have another clock
        Assert.Equal("runs/a/step-0000020", stopped[1].GetTagItem("dit.path"));
        Assert.Null(Activity.Current);
    }
}
