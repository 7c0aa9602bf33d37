using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class SampleObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every 10 steps, whichever of them are reported, and at the end. A first report may be a resume's, which passed nothing.</summary>
    [Theory]
    [InlineData(1, new long[] { 10, 20, 30, 40, 45 })]
    [InlineData(4, new long[] { 12, 20, 32, 40 })]
    [InlineData(15, new long[] { 30, 45 })]
    [InlineData(20, new long[] { 20, 40 })]
    public void Rare_reports_shift_the_drawing(int reportEvery, long[] expected)
    {
        var drawn = new List<long>();
        var observer = new SampleObserver(10, (step, _) => { drawn.Add(step); return []; }, []);
        for (var step = reportEvery; step <= 45; step += reportEvery)
            observer.OnStep(Progress.At(step, steps: 45));
        Assert.Equal(expected, drawn);
    }

    [Fact]
    public void A_resumed_training_draws_when_it_is_time()
    {
        var drawn = new List<long>();
        var observer = new SampleObserver(10, (step, _) => { drawn.Add(step); return []; }, []);
        for (var step = 17; step <= 33; step++)
            observer.OnStep(Progress.At(step));
        Assert.Equal([20, 30], drawn);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleObserver(0, (_, _) => [], []));
    }

    [Fact]
    public void Pictures_go_to_every_log()
    {
        using var scope = NewDisposeScope();
        using var board = new TensorBoardWriter(_folder["run"]);
        using var report = new ReportObserver(_folder["run"]);
        var png = Png.Encode(zeros(3, 2, 2));
        new SampleObserver(1, (_, _) => [("a", png), ("b", png)], [board, report]).OnStep(Progress.At(3));
        Assert.Equal([(3, "a"), (3, "b")], EventReader.Values(board.Path).Select(v => (v.Step, v.Value.Tag())));
        Assert.Equal(["0000003-a.png", "0000003-b.png"], Directory.GetFiles(Path.Combine(_folder["run"], "samples")).Select(Path.GetFileName).Order());
        Assert.Throws<ArgumentException>(() => report.AddImage("a", [0, 1], 1));
    }

    [Fact]
    public void A_cancelled_drawing_is_no_failure()
    {
        using var cancel = new CancellationTokenSource();
        var observer = new SampleObserver(1, (_, token) =>
        {
            cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return [];
        }, [], cancel.Token);
        observer.OnStep(Progress.At(1));
        observer.OnStep(Progress.At(2));
        var other = new SampleObserver(1, (_, _) => throw new OperationCanceledException(), []);
        Assert.Throws<OperationCanceledException>(() => other.OnStep(Progress.At(1)));
    }
}
