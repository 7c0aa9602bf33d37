using System.Diagnostics;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Tools;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Samples.Mnist;

/// <summary>The whole program: train, generate, read what was generated.</summary>
internal static class Demo
{
    public static async Task RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        Directory.CreateDirectory(options.Out);
        manual_seed(options.Seed);

        using var model = new DitModel(options.Model).to(Devices.Best);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        using var trainer = new DitTrainer(model, objective, options.Training);
        await TrainAsync(trainer, objective, options, cancellationToken);

        using var classifier = DigitClassifier.TrainOrLoad(options, cancellationToken);
        if (options.CompareSamplers)
            await SamplerComparison.RunAsync(objective, trainer.EmaModel, classifier, options, cancellationToken);
        else
            await Generation.RunAsync(objective, trainer.EmaModel, classifier, options, cancellationToken);
        Console.WriteLine($"Done in {clock.Elapsed:m\\:ss}. See '{options.Out}'.");
    }

    private static async Task TrainAsync(DitTrainer trainer, DenoisingObjective objective, DemoOptions options, CancellationToken cancellationToken)
    {
        var digits = new MnistDataset(options.Data);
        await using var data = new BatchLoader(digits, options.Batch, options.Seed);
        if (trainer.Resume(data)) Console.WriteLine($"Resumed at step {trainer.Step} from '{options.Out}'.");
        if (trainer.Step >= options.Steps)
        {
            Console.WriteLine($"The training is complete: {trainer.Step} steps.");
            return;
        }

        var parameters = trainer.EmaModel.parameters().Sum(p => p.numel());
        Console.WriteLine($"Training {parameters:N0} parameters on {digits.Count:N0} digits, steps {trainer.Step} to {options.Steps}.");
        using var random = new Generator((ulong)options.Seed + 1);
        using var labels = arange(20, ScalarType.Int64, Devices.Best).remainder(MnistDataset.Classes).DetachFromDisposeScope();       // [20]: 0 to 9, twice
        using var noise = randn([20, 1, 28, 28], generator: random).to(Devices.Best, disposeAfter: true);               // [20, 1, 28, 28]
        var digitsNow = new SampleGrids(objective, new EulerSampler(options.SamplerSteps), noise, labels)
        {
            Models = [("ema", trainer.EmaModel)], GuidanceScales = [options.Guidance], Columns = MnistDataset.Classes,
        };
        using var run = new RunObserver(options.Out, new RunInfo { Title = "Handwritten digits", Model = options.Model });
        trainer.Observers.Add(run);
        trainer.Observers.Add(new SampleObserver(250, digitsNow.Draw, [run, new AnimationLog(options.Out)], cancellationToken));
        await ConsoleProgress.RunAsync(Console.Out, "Training", trainer.Step, options.Steps, report =>
        {
            trainer.Observers.Add(new LossMeter { Report = report });
            return trainer.FitAsync(data, options.Steps, cancellationToken);
        });
    }
}
