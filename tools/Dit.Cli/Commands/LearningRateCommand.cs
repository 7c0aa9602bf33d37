using System.CommandLine;
using Dit.Core;
using Dit.Tools;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit lr-find</c>.</summary>
internal static class LearningRateCommand
{
    private const string More = """
        Examples:
          dit lr-find --data photos --batch 32
          dit lr-find --config photos.json --from 1e-6 --to 1e-2 --steps 200 --plot lr.svg
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("lr-find", "Train a copy of the model for a few steps while the learning rate rises, and see which rates it learns at.", More);
        var file = new Option<string?>("--config") { Description = "A configuration; options count more." };
        var from = new Option<double>("--from") { Description = "The lowest learning rate.", DefaultValueFactory = _ => 1e-6 };
        var to = new Option<double>("--to") { Description = "The highest.", DefaultValueFactory = _ => 1e-1 };
        var steps = new Option<int>("--steps") { Description = "Steps from one to the other.", DefaultValueFactory = _ => 100 };
        var plot = new Option<string>("--plot") { Description = "The picture of the curve: .svg or .png.", DefaultValueFactory = _ => "lr-find.svg" };
        foreach (var option in new Option[] { file, from, to, steps, plot }) command.Options.Add(option);
        var options = ConfigOptions.ForSteps(command);
        var devices = Devices.Options(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var path = OutputPath.Require(parsed.GetValue(plot)!);
            if (Path.GetExtension(path).ToLowerInvariant() is not (".svg" or ".png"))
                throw new UsageException($"'{parsed.GetValue(plot)}' is no name for the picture of the curve: it ends in .svg or .png.");
            var config = RunConfig.Read(parsed.GetValue(file), options.Given(parsed));
            var device = devices.Choose(parsed);
            using var images = TrainingData.Open(config.Data);
            manual_seed(config.Training.Seed);
            using var model = new DitModel(images.ModelFor(config)).to(device);
            await using var data = images.Load(config.Training.Batch, config.Training.Seed);
            var meter = new LossMeter();
            var test = new LearningRateRangeTest { From = parsed.GetValue(from), To = parsed.GetValue(to), Steps = parsed.GetValue(steps), Observers = [meter] };
            LearningRateCurve? curve = null;
            await shell.ProgressAsync("trying rates", 0, test.Steps, async progress =>
            {
                meter.Report = progress;
                curve = await test.RunAsync(model, config.Objective.Create(), data, config.Training.ToOptions(folder: null), cancellationToken);
            });
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            curve!.Save(path);
            shell.Result($"learning rate {curve.Suggestion:G3}, where the loss falls most steeply: see '{path}'",
                new { suggestion = curve.Suggestion, plot = path, learningRates = curve.LearningRates, losses = curve.Losses });
        });
    }
}
