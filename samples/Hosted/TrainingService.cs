using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace Dit.Samples.Hosted;

/// <summary>Trains in the background. Stopping the host stops the training within a step and leaves a checkpoint, from which the next start goes on.</summary>
internal sealed class TrainingService(
    DitTrainer trainer, DitModel model, DenoisingObjective objective, RunObserver run, IOptions<DitOptions> dit, IOptions<SampleOptions> options) : BackgroundService
{
    private const int LookEvery = 250;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var data = new BatchLoader(new MnistDataset(options.Value.Data), options.Value.BatchSize, seed: 0);
        await using var unseen = new BatchLoader(new MnistDataset(options.Value.Data, train: false), batchSize: 250, seed: 0) { DisposeBatches = false };
        var heldOut = await unseen.Take(2).ToListAsync(stoppingToken);
        using var labels = arange(20).remainder(10);                                                       // [20]: 0 to 9, twice
        using var noise = new SeededNoise(Enumerable.Range(0, 20).Select(seed => (ulong)seed)).Initial(1, 28, 28).to(device(dit.Value.Device), disposeAfter: true);
        var grids = new SampleGrids(objective, new DpmSolver(steps: 15), noise, labels)
        {
            Models = [("raw", model), ("ema", trainer.EmaModel)], GuidanceScales = [1, 2.5], Columns = 10,
        };
        using var byTime = new LossByTimeObserver(LookEvery / 5, objective, logs: run);
        trainer.Observers.Add(byTime);
        trainer.Observers.Add(new HeldOutObserver(LookEvery, new HeldOutLoss(objective, heldOut), [("raw", model), ("ema", trainer.EmaModel)], run));
        trainer.Observers.Add(new SampleObserver(LookEvery, grids.Draw, [run, new AnimationLog(dit.Value.Training.CheckpointDirectory ?? "runs/hosted")], stoppingToken));
        await trainer.FitAsync(data, options.Value.Steps, stoppingToken);
        foreach (var batch in heldOut)
            batch.Dispose();
    }
}
