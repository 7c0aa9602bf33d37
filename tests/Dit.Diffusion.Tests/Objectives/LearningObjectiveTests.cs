using Dit.Core;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>Objectives that learn themselves: a trainer trains their parameters and keeps what they have learned in checkpoints.</summary>
public sealed class LearningObjectiveTests : IDisposable
{
    private static readonly DitConfig Config = new() { ImageSize = 4, PatchSize = 2, Channels = 1, Width = 16, Depth = 2, Heads = 2, Classes = 2 };

    private readonly string _folder = Directory.CreateTempSubdirectory("dit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_resumed_training_ends_with_the_bytes_of_one_that_never_stopped()
    {
        await TrainAsync("whole", 12);
        await TrainAsync("parts", 6);
        await TrainAsync("parts", 12);
        var files = Directory.GetFiles(Path.Combine(_folder, "whole", "step-0000012"));
        Assert.Contains(files, file => Path.GetFileName(file) == "objective.safetensors");
        foreach (var file in files)
            Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(file.Replace("whole", "parts", StringComparison.Ordinal)));

        using var scope = NewDisposeScope();
        using var learned = SafeTensorsFile.Open(Path.Combine(_folder, "parts", "step-0000012", "objective.safetensors"));
        Assert.Contains("auxiliary_0.0.weight", learned.Entries.Keys);
        Assert.Equal(12 * 4, learned.Read("timesteps.counts").sum().item<long>());
    }

    [Fact]
    public async Task The_projector_is_trained_with_the_model()
    {
        using var scope = NewDisposeScope();
        using var alignment = Alignment();
        var before = alignment.Projector.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        await TrainAsync("run", 6, alignment);
        Assert.All(alignment.Projector.state_dict(), t => Assert.False(t.Value.eq(before[t.Key]).all().item<bool>(), t.Key));
    }

    [Fact]
    public async Task A_checkpoint_without_what_the_objective_learned_is_not_resumed_from()
    {
        await TrainAsync("run", 6);
        File.Delete(Path.Combine(_folder, "run", "step-0000006", "objective.safetensors"));
        var error = await Assert.ThrowsAsync<CheckpointException>(() => TrainAsync("run", 12));
        Assert.Contains("None of the 1 checkpoints", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_another_objective_changes_nothing()
    {
        await TrainAsync("run", 6);
        using var scope = NewDisposeScope();
        using var model = new DitModel(Config);
        var before = model.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        using var times = new LossSecondMomentTimesteps(parts: 8, history: 2);                                 // more parts than were trained with
        using var alignment = Alignment();
        using var trainer = new DitTrainer(model, Objective(times, alignment), new DitTrainerOptions { CheckpointDirectory = Path.Combine(_folder, "run") });
        var error = Assert.Throws<CheckpointException>(() => trainer.Resume());
        Assert.Contains("timesteps.losses", error.Message, StringComparison.Ordinal);
        Assert.All(model.state_dict(), t => Assert.True(t.Value.eq(before[t.Key]).all().item<bool>(), t.Key));
    }

    [Fact]
    public async Task A_range_test_leaves_the_objective_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var alignment = Alignment();
        using var times = new LossSecondMomentTimesteps(parts: 4, history: 2);
        var objective = Objective(times, alignment);
        var before = objective.Learned!.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        using var model = new DitModel(Config);
        await new LearningRateRangeTest { Steps = 10 }.RunAsync(model, objective, new Squares());
        Assert.All(objective.Learned.state_dict(), t => Assert.True(t.Value.eq(before[t.Key]).all().item<bool>(), t.Key));
    }

    [Fact]
    public void An_objective_that_learns_nothing_has_nothing_to_keep() =>
        Assert.Null(new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()) { Auxiliary = [new DispersiveLoss(0)] }.Learned);

    private static RepresentationAlignmentLoss Alignment()
    {
        manual_seed(4);
        var features = linspace(-1, 1, 4 * 3).view(1, 4, 3).DetachFromDisposeScope();                           // [1, T, F]
        return new(block: 0, Config.Width, featureWidth: 3, batch => features.expand(batch.Clean.shape[0], -1, -1), projectorWidth: 8);
    }

    private static DenoisingObjective Objective(LossSecondMomentTimesteps times, RepresentationAlignmentLoss alignment) =>
        new(new RectifiedFlow(), Prediction.FlowVelocity, times) { Auxiliary = [alignment] };

    private async Task TrainAsync(string folder, long steps, RepresentationAlignmentLoss? given = null)
    {
        using var own = given is null ? Alignment() : null;
        using var times = new LossSecondMomentTimesteps(parts: 4, history: 2);
        manual_seed(7);
        using var model = new DitModel(Config);
        using var trainer = new DitTrainer(model, Objective(times, given ?? own!), new DitTrainerOptions
        {
            CheckpointDirectory = Path.Combine(_folder, folder), Precision = Precision.Float32, Optimizer = new AdamWOptions { LearningRate = 1e-3 },
        });
        await trainer.FitAsync(new Squares(), steps);
    }

    /// <summary>Four squares, the same ones for ever.</summary>
    private sealed class Squares : IBatchSource
    {
        public BatchPosition Position { get; set; }

        public int BatchSize => 4;

        public int BatchesPerEpoch => 5;

        public async IAsyncEnumerator<Batch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            for (var batch = Position.Batch; batch < BatchesPerEpoch; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Position = batch + 1 == BatchesPerEpoch ? new(Position.Epoch + 1, 0) : Position with { Batch = batch + 1 };
                var images = linspace(-1, 1, 4).view(4, 1, 1, 1).expand(4, 1, 4, 4).contiguous();               // [4, 1, 4, 4]
                yield return new Batch(images.DetachFromDisposeScope(), tensor(new long[] { 0, 0, 1, 1 }).DetachFromDisposeScope());
            }
        }
    }
}
