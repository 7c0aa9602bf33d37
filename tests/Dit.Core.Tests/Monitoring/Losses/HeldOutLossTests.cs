using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class HeldOutLossTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DitModel _model = Models.Random(Models.Tiny);
    private readonly Batch[] _batches = [new FixedBatches(Models.Tiny, batchSize: 6).Make(new(5, 1)), new FixedBatches(Models.Tiny, batchSize: 2).Make(new(5, 2))];

    public void Dispose()
    {
        _model.Dispose();
        foreach (var batch in _batches)
            batch.Dispose();
        _folder.Dispose();
    }

    /// <summary>The loss of each image counts the same, times and noise are those of the seed, and no label is dropped.</summary>
    [Fact]
    public void It_is_the_mean_of_the_objectives_losses_in_evaluation_mode()
    {
        double expected;
        using (no_grad())
        using (var generator = new Generator(7))
        {
            _model.eval();
            expected = _batches.Sum(b => b.Count * new FlowObjective().Loss(_model, b.Images, b.Labels, generator).item<float>()) / 8;
            _model.train();
        }
        var loss = new HeldOutLoss(new FlowObjective(), _batches, seed: 7) { Precision = Precision.Float32 };
        Assert.Equal(expected, loss.Measure(_model), 1e-6);
        Assert.Equal(loss.Measure(_model), loss.Measure(_model));
        Assert.NotEqual(loss.Measure(_model), new HeldOutLoss(new FlowObjective(), _batches, seed: 8).Measure(_model));
    }

    [Fact]
    public void Nothing_else_changes()
    {
        var loss = new HeldOutLoss(new FlowObjective(), _batches);
        _model.train();
        _model.Child<nn.Module>("blocks").eval();                             // a part that its owner froze stays so
        manual_seed(3);
        var next = rand(1).item<float>();
        manual_seed(3);
        var before = Tensor.TotalCount;
        loss.Measure(_model);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(next, rand(1).item<float>());
        Assert.True(_model.training);
        Assert.False(_model.Child<nn.Module>("blocks").training);
        Assert.All(_model.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public async Task A_training_logs_it_for_each_model()
    {
        using var run = new TrainingRun(null);
        using var watch = new RunObserver(_folder["run"]);
        var loss = new HeldOutLoss(new FlowObjective(), _batches);
        run.Trainer.Observers.Add(new HeldOutObserver(5, loss, [("raw", run.Model), ("ema", run.Trainer.EmaModel)], watch));
        run.Trainer.Observers.Add(watch);
        await run.FitAsync(12);
        var (raw, ema) = (EventReader.Scalars(watch.TensorBoard.Path, "held_out_loss/raw"), EventReader.Scalars(watch.TensorBoard.Path, "held_out_loss/ema"));
        Assert.Equal([5, 10, 12], raw.Select(p => p.Step));
        Assert.Equal((12, (float)loss.Measure(run.Model)), raw[^1]);
        Assert.Equal((12, (float)loss.Measure(run.Trainer.EmaModel)), ema[^1]);
        Assert.NotEqual(raw[^1], ema[^1]);
        var line = File.ReadLines(Path.Combine(_folder["run"], "metrics.jsonl")).Last(l => l.Contains("values", StringComparison.Ordinal));
        Assert.Contains("\"step\":12,\"values\":{\"held_out_loss/raw\":", line, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Held out loss\"", await File.ReadAllTextAsync(Path.Combine(_folder["run"], "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        Assert.Throws<ArgumentException>("batches", () => new HeldOutLoss(new FlowObjective(), []));
        var loss = new HeldOutLoss(new FlowObjective(), _batches);
        Assert.Throws<ArgumentException>("models", () => new HeldOutObserver(1, loss, []));
        using var other = new DitModel(Models.Tiny with { Channels = 3 });
        Assert.Throws<ArgumentException>(() => loss.Measure(other));
        Assert.True(other.training);
    }
}
