using Dit.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Training neither keeps tensors nor bytes, without a garbage collection and without scopes of the host's.</summary>
public sealed class MemoryTests
{
    /// <summary>How much the allocator's rounding may differ; a tensor a step would be 16 kB.</summary>
    private const long Rounding = 1024;

    [Fact]
    public async Task Training_is_flat_over_300_steps()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(folder["run"], with: o => o with { CheckpointEvery = 75, WritesInBackground = false });        // a copy that is being written would count
        var (tensors, bytes, handles) = (new List<long>(), new List<long>(), new List<int>());
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step % 50 != 25)
                return;
            tensors.Add(Tensor.TotalCount);
            if (OperatingSystem.IsLinux())
                handles.Add(Directory.GetFileSystemEntries("/proc/self/fd").Length);
            if (Engine.Supports(Feature.MemoryStatistics))
                bytes.Add(Engine.Memory().LiveBytes);
        }));
        Memory.Settle();                                   // what earlier tests left; nothing is collected on purpose from here on
        await run.FitAsync(300);
        Assert.Equal(6, tensors.Count);
        Assert.Single(tensors.Distinct());
        Assert.True(handles.Count == 0 || handles[^1] <= handles[0], string.Join(", ", handles));
        Assert.True(bytes.Count == 0 || bytes.Max() - bytes.Min() < Rounding, string.Join(", ", bytes));
    }

    [Fact]
    public void Steps_by_hand_keep_no_tensor()
    {
        using var run = new TrainingRun(null);
        var live = new List<long>();
        for (var i = 0; i < 60; i++)
        {
            using var batch = run.Data.Make(new(0, i));
            run.Trainer.TrainStep(batch);
            if (i % 20 == 10)
                live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.Single(live.Distinct());
    }

    [Fact]
    public void A_step_leaves_nothing_in_the_callers_scope()
    {
        using var run = new TrainingRun(null);
        using var scope = NewDisposeScope();
        using var batch = run.Data.Make(default);
        run.Trainer.TrainStep(batch);
        Assert.Equal(0, scope.DisposablesCount);
        run.Trainer.TrainStep(batch);
        Assert.Equal(0, scope.DisposablesCount);
    }
}
