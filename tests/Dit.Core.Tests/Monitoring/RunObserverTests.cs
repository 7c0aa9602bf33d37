namespace Dit.Core.Tests;

public sealed class RunObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_line_keeps_everything_of_a_run()
    {
        var options = new DitTrainerOptions
        {
            Optimizer = new AdamOptions { LearningRate = 3e-4 }, LearningRateSchedule = new CosineDecay(steps: 100), Averages = [new PowerEma(0.1)], CheckpointDirectory = _folder["run"],
        };
        using var model = Models.Random(Models.Tiny);
        string board;
        using (var run = new RunObserver(_folder["run"], new RunInfo { Model = Models.Tiny, Training = options, Settings = new Dictionary<string, object> { ["batch"] = 4 } }))
        using (var trainer = new DitTrainer(model, new FlowObjective(), options))
        {
            trainer.Observers.Add(run);
            await trainer.FitAsync(new FixedBatches(Models.Tiny), steps: 8);
            board = run.TensorBoard.Path;
        }

        Assert.Equal(8, EventReader.Scalars(board, "loss/step").Length);
        Assert.Single(EventReader.Scalars(board, "loss/epoch"));
        Assert.Equal(8, EventReader.Scalars(board, "throughput/data_wait").Length);
        Assert.Single(EventReader.Events(board), e => e.Has(4));              // the graph
        var plugins = EventReader.Values(board).Where(v => v.Value.Message(9).Has(1)).Select(v => v.Value.Plugin()).Distinct().Order();
        Assert.Equal(["hparams", "scalars", "text"], plugins);
        Assert.Equal(8, File.ReadLines(Path.Combine(_folder["run"], "metrics.jsonl")).Count());   // and the trainer wrote none besides

        var page = await File.ReadAllTextAsync(Path.Combine(_folder["run"], "report.html"));
        Assert.Contains("<th>training.optimizer.$type</th><td>Adam</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>training.optimizer.learningRate</th><td>0.0003</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>training.learningRateSchedule.$type</th><td>Cosine</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>model.width</th><td>16</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>batch</th><td>4</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_logged_goes_to_the_page_and_to_TensorBoard()
    {
        using var run = new RunObserver(_folder["run"]);
        run.OnStep(Progress.At(1));
        run.AddScalars(1, ("a/b", 2));
        run.AddHistogram("values", [1, 2], 1);
        using (var image = TorchSharp.torch.zeros(1, 2, 2))
            run.AddImage("picture", Png.Encode(image), 1);
        run.OnCheckpoint(1, "somewhere");
        run.Dispose();
        Assert.Equal([(1, 2f)], EventReader.Scalars(run.TensorBoard.Path, "a/b"));
        Assert.Contains(EventReader.Values(run.TensorBoard.Path), v => v.Value.Tag() == "values");
        Assert.Contains(EventReader.Values(run.TensorBoard.Path), v => v.Value.Tag() == "picture");
        var page = File.ReadAllText(Path.Combine(_folder["run"], "report.html"));
        Assert.Contains("alt=\"picture\"", page, StringComparison.Ordinal);
        Assert.Contains("values, step 1", page, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"A\"", page, StringComparison.Ordinal);
    }

    /// <summary>A schedule of the host's own is named by nothing, but it does no harm.</summary>
    [Fact]
    public void Settings_tell_what_they_can()
    {
        var settings = RunSettings.Of(new DitTrainerOptions { LearningRateSchedule = new Mine() });
        Assert.Equal("AdamW", settings["training.optimizer.$type"]);
        Assert.Equal(1.0, settings["training.maxGradientNorm"]);
        Assert.Equal("Auto", settings["training.precision"]);
    }

    private sealed record Mine : LearningRateSchedule
    {
        public override double Factor(long step) => 1;
    }
}
