using System.CommandLine;
using Dit.Data;

namespace Dit.Cli;

/// <summary><c>dit data</c>.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at training images before they are trained on.") { Check(), Statistics() };

    private static Command Check()
    {
        var command = new ExplainedCommand("check", "Read every image once, and say what is in the data and what is wrong with it.", """
            The exit code is 1 if an image cannot be read.

            Example:
              dit data check photos --sheet sheet.png
            """);
        var path = PathArgument(command);
        var sheet = new Option<string?>("--sheet") { Description = "Some of the images side by side, a PNG file." };
        command.Options.Add(sheet);
        var options = ConfigOptions.ForImages(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            if (parsed.GetValue(sheet) is { } file) OutputPath.Require(file);
            using var images = Open(parsed, path, options);
            var count = images.Dataset.Count;
            DatasetReport? report = null;
            await shell.ProgressAsync("reading", 0, count, progress => Task.Run(
                () => report = DatasetCheck.Run(images.Dataset, progress: new Synchronous(done => progress(done, "")), cancellationToken: cancellationToken), cancellationToken));
            if (parsed.GetValue(sheet) is { } place) report!.SaveContactSheet(place);
            shell.Result(report!.ToString().TrimEnd(), new
            {
                count = report.Count, kind = images.Kind, clean = report.IsClean, sizes = report.Sizes, classes = report.Classes,
                unreadable = report.Unreadable, duplicates = report.Duplicates, problems = report.Problems.Select(p => p.ToString()),
            });
            if (report.Unreadable.Count > 0) shell.ExitCode = ExitCode.Failure;
        });
    }

    private static Command Statistics()
    {
        var command = new ExplainedCommand("stats", "Measure mean, deviation and sigma-data of the images as they are trained on, and say what follows.", """
            Example:
              dit data stats photos --size 64
            """);
        var path = PathArgument(command);
        var most = new Option<int>("--images") { Description = "The most images to read.", DefaultValueFactory = _ => 10_000 };
        command.Options.Add(most);
        var options = ConfigOptions.ForImages(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            using var images = Open(parsed, path, options);
            var found = await Task.Run(() => DatasetStatistics.Of(images.Cropped(), parsed.GetValue(most), cancellationToken: cancellationToken), cancellationToken);
            shell.Result(found.ToString().TrimEnd(), new
            {
                images = found.Images, unreadable = found.Unreadable, mean = found.Mean, standardDeviation = found.StandardDeviation, sigmaData = found.SigmaData,
                isGrey = found.IsGrey, advice = found.Advice,
            });
        });
    }

    private static Argument<string> PathArgument(Command command)
    {
        var path = new Argument<string>("path") { Description = "The images: a folder, a manifest, or the files of a known data set." };
        command.Arguments.Add(path);
        return path;
    }

    private static TrainingImages Open(ParseResult parsed, Argument<string> path, ConfigOptions options)
    {
        var config = RunConfig.Read(path: null, options.Given(parsed)).Data;
        return TrainingImages.Open(config with { Path = Path.GetFullPath(parsed.GetValue(path)!) });
    }

    /// <summary>Progress that is told on the thread that makes it.</summary>
    private sealed class Synchronous(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
