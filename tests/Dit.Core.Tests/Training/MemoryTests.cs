using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Training neither keeps tensors nor bytes, without a garbage collection and without scopes of the host's.</summary>
public sealed class MemoryTests
{
    [Fact]
    public async Task Training_is_flat_over_300_steps()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(folder["run"], with: o => o with { CheckpointEvery = 75 });
        var (handles, tensors, bytes) = (new List<long>(), new List<long>(), new List<long>());
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step % 50 != 25)
                return;
            handles.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            tensors.Add(Tensor.TotalCount);
            if (Engine.Supports(Feature.MemoryStatistics))
                bytes.Add(Engine.Memory().LiveBytes);
        }));
        await run.FitAsync(300);
        Assert.Equal(6, handles.Count);
        Assert.Single(handles.Distinct());
        Assert.Single(tensors.Distinct());
        Assert.True(bytes.Count == 0 || bytes.Distinct().Count() == 1, string.Join(", ", bytes));
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
