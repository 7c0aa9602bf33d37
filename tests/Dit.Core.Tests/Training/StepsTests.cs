using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>A training that its host drives step by step.</summary>
public sealed class StepsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_the_training_that_drives_itself()
    {
        var (told, given) = (new List<TrainingProgress>(), new List<TrainingProgress>());
        using (var fit = new TrainingRun(_folder["fit"]))
        {
            fit.Trainer.Observers.Add(new CallbackObserver(told.Add));
            await fit.FitAsync(16);
        }
        using (var run = new TrainingRun(_folder["steps"]))
        {
            await foreach (var step in run.Trainer.StepsAsync(run.Data, TrainingLength.Steps(16)))
            {
                given.Add(step);
                await Task.Yield();
            }
        }
        Assert.Equal(told.Select(Numbers), given.Select(Numbers));
        var (expected, got) = (TrainingRun.Bytes(_folder["fit"], "step-0000016"), TrainingRun.Bytes(_folder["steps"], "step-0000016"));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));

        static (long, long, double, double, double, BatchPosition) Numbers(TrainingProgress p) => (p.Step, p.Steps, p.Loss, p.GradientNorm, p.LearningRate, p.Position);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_that_leaves_finds_a_checkpoint_and_goes_on_from_it(bool cancels)
    {
        using (var whole = new TrainingRun(_folder["whole"]))
            await whole.FitAsync(20);
        using (var first = new TrainingRun(_folder["parts"]))
        {
            using var cancel = new CancellationTokenSource();
            var leave = async () =>
            {
                await foreach (var step in first.Trainer.StepsAsync(first.Data, TrainingLength.Steps(20), cancel.Token))
                {
                    if (step.Step != 13)
                        continue;
                    if (!cancels)
                        break;
                    await cancel.CancelAsync();
                }
            };
            if (cancels)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(leave);
            else
                await leave();
            Assert.Equal(13, first.Trainer.Step);
        }
        Assert.True(Directory.Exists(Path.Combine(_folder["parts"], "step-0000013")));
        using (var second = new TrainingRun(_folder["parts"]))
        {
            await foreach (var _ in second.Trainer.StepsAsync(second.Data, TrainingLength.Steps(20)))
            {
            }
            Assert.Equal(7, second.Data.Given.Count);
        }
        var (expected, got) = (TrainingRun.Bytes(_folder["whole"], "step-0000020"), TrainingRun.Bytes(_folder["parts"], "step-0000020"));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));
    }

    /// <summary>OpenMP's workers, dispose scopes and gradient mode belong to a thread, and a host's continuations run on any.</summary>
    [Fact]
    public async Task All_steps_run_on_one_thread_and_the_model_is_the_hosts_in_between()
    {
        var threads = new HashSet<int>();
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new WatchedObjective(() => threads.Add(Environment.CurrentManagedThreadId)),
            new DitTrainerOptions { CheckpointDirectory = _folder["run"], Precision = Dit.Torch.Precision.Float32 });
        var data = new FixedBatches(Models.Tiny);
        await foreach (var step in trainer.StepsAsync(data, TrainingLength.Steps(6)))
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            trainer.EmaModel.call(zeros(1, 1, 8, 8), zeros(1), zeros(1, int64));
            if (step.Step == 3)
                Assert.EndsWith("step-0000003", trainer.SaveCheckpoint(data.Position), StringComparison.Ordinal);
            await Task.Delay(1);
        }
        Assert.Single(threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task One_training_at_a_time()
    {
        using var run = new TrainingRun(null);
        await using (var steps = run.Trainer.StepsAsync(run.Data, TrainingLength.Steps(5)).GetAsyncEnumerator())
        {
            await steps.MoveNextAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() => run.FitAsync(5));
        }
        await run.FitAsync(5);
        Assert.Equal(5, run.Trainer.Step);
        Assert.Throws<ArgumentNullException>("data", () => run.Trainer.StepsAsync(null!, TrainingLength.Steps(5)));
    }

    [Fact]
    public async Task What_a_step_throws_reaches_the_host_and_nothing_is_saved()
    {
        using var run = new TrainingRun(_folder["run"], data: new FixedBatches(Models.Tiny) { PoisonFrom = 3 });
        var steps = 0;
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in run.Trainer.StepsAsync(run.Data, TrainingLength.Steps(8)))
                steps++;
        });
        Assert.Equal(3, steps);
        Assert.Empty(Directory.GetDirectories(_folder["run"]));
    }

    private sealed class WatchedObjective(Action watch) : ITrainingObjective
    {
        private readonly FlowObjective _inner = new();

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            watch();
            return _inner.Loss(model, images, labels, generator);
        }
    }
}
