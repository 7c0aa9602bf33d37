namespace Dit.Core.Tests;

public sealed class TensorBoardObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_training_becomes_curves()
    {
        using var observer = new TensorBoardObserver(_folder["run"]);
        using var run = new TrainingRun(_folder["run"]);
        var seen = new List<TrainingProgress>();
        run.Trainer.Observers.Add(observer);
        run.Trainer.Observers.Add(new CallbackObserver(seen.Add));
        await run.FitAsync(16);

        var path = observer.Writer.Path;
        Assert.Equal(seen.Select(p => (p.Step, (float)p.Loss)), EventReader.Scalars(path, "loss/step"));
        Assert.Equal(seen.Select(p => (p.Step, (float)p.LearningRate)), EventReader.Scalars(path, "optimizer/learning_rate"));
        Assert.Equal(seen.Select(p => (p.Step, (float)p.GradientNorm)), EventReader.Scalars(path, "optimizer/gradient_norm"));
        Assert.Equal(seen.Select(p => (p.Step, (float)p.ImagesPerSecond)), EventReader.Scalars(path, "throughput/images_per_second"));
        var epochs = EventReader.Scalars(path, "loss/epoch");                 // of 7 batches
        Assert.Equal([7, 14], epochs.Select(e => e.Step));
        Assert.Equal(seen.Take(7).Average(p => p.Loss), epochs[0].Value, 1e-6);
        Assert.Equal(seen.Skip(7).Take(7).Average(p => p.Loss), epochs[1].Value, 1e-6);
    }

    [Fact]
    public void An_epoch_ends_also_where_its_last_step_is_not_reported()
    {
        using var observer = new TensorBoardObserver(_folder["run"]);
        observer.OnStep(Progress.At(4, loss: 1, epoch: 0, batch: 4));
        observer.OnStep(Progress.At(8, loss: 3, epoch: 0, batch: 8));
        observer.OnStep(Progress.At(12, loss: 9, epoch: 1, batch: 2));
        Assert.Equal([(8, 2f)], EventReader.Scalars(observer.Writer.Path, "loss/epoch"));
    }

    [Fact]
    public void Without_clipping_there_is_no_curve_of_the_norm()
    {
        using var observer = new TensorBoardObserver(_folder["run"]);
        observer.OnStep(Progress.At(1, norm: double.NaN));
        Assert.Empty(EventReader.Scalars(observer.Writer.Path, "optimizer/gradient_norm"));
    }

    /// <summary>TensorBoard drops what a second START finds at its step and after it.</summary>
    [Fact]
    public void A_resumed_training_says_where_it_starts()
    {
        using var first = new TensorBoardObserver(_folder["run"]);
        first.OnStep(Progress.At(1));
        first.OnStep(Progress.At(2));
        using var second = new TensorBoardObserver(_folder["run"]);
        second.OnStep(Progress.At(2));
        second.OnStep(Progress.At(3));
        Assert.Equal([1, 2], new[] { first, second }.Select(o =>
        {
            var start = EventReader.Events(o.Writer.Path).Single(e => e.Has(7));
            Assert.Equal(1, start.Message(7).Int(1));
            return start.Int(2);
        }));
        Assert.True(string.CompareOrdinal(Path.GetFileName(first.Writer.Path), Path.GetFileName(second.Writer.Path)) < 0);
    }

    /// <summary>TensorBoard reads files in the order of their names, and 10 comes after 9 also within a second.</summary>
    [Fact]
    public void Names_rise()
    {
        var names = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            using var writer = new TensorBoardWriter(_folder["names"]);
            names.Add(Path.GetFileName(writer.Path));
        }
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }
}
