using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>What all observers together do to a training: nothing.</summary>
public sealed class ObserversTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_weights_are_those_of_a_training_that_nobody_watched()
    {
        using var alone = new TrainingRun(null);
        await alone.FitAsync(20);
        using var board = new TensorBoardObserver(_folder["run"]);
        using var report = new ReportObserver(_folder["run"]) { Every = TimeSpan.Zero };
        using var watched = new TrainingRun(null);
        Watch(watched, board, report);
        await watched.FitAsync(20);
        using var guard = no_grad();
        Assert.All(alone.Model.parameters().Zip(watched.Model.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.Equal([10, 20], EventReader.Values(board.Writer.Path).Where(v => v.Value.Tag() == "weights").Select(v => v.Step));
    }

    [Fact]
    public async Task No_tensor_stays()
    {
        using var board = new TensorBoardObserver(_folder["run"]);
        using var report = new ReportObserver(_folder["run"]) { Every = TimeSpan.Zero };
        using var run = new TrainingRun(null);
        Watch(run, board, report);
        var tensors = new List<long>();
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step % 20 == 10)
                tensors.Add(Tensor.TotalCount);
        }));
        Memory.Settle();
        await run.FitAsync(60);
        Assert.Equal(3, tensors.Count);
        Assert.Single(tensors.Distinct());
    }

    private void Watch(TrainingRun run, TensorBoardObserver board, ReportObserver report)
    {
        var observers = run.Trainer.Observers;
        observers.Add(board);
        observers.Add(new JsonLinesObserver(_folder["more.jsonl"]));
        observers.Add(new MetricsObserver(batchSize: 4));
        observers.Add(new SampleObserver(10, (_, _) => [("grid", Grid())], [board.Writer, report]));
        observers.Add(new HistogramObserver(10, _ => [("weights", run.Model.get_parameter("blocks.0.attn.qkv.weight")! * 2)], board.Writer, report));
        observers.Add(new HeldOutObserver(
            10, new HeldOutLoss(new FlowObjective(), [run.Data.Make(new(9, 9))]), [("raw", run.Model), ("ema", run.Trainer.EmaModel)], board.Writer, report));
        observers.Add(report);
    }

    private static byte[] Grid()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        return Png.EncodeGrid(randn([6, 1, 8, 8], generator: generator), columns: 3);
    }
}
