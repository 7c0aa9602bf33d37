using System.CommandLine;
using Dit.Data;

namespace Dit.Cli;

/// <summary><c>dit data</c>.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at training images before they are trained on.") { Check(), Statistics(), Cache() };

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
                () => report = DatasetCheck.Run(images.Dataset, progress: new Synchronous<int>(done => progress(done, "")), cancellationToken: cancellationToken), cancellationToken));
            if (parsed.GetValue(sheet) is { } place) report!.SaveContactSheet(place);
            shell.Result(report!.ToString().TrimEnd(), new
            {
                count = report.Count, kind = images.Kind, clean = report.IsClean, sizes = report.Sizes, classes = report.Classes,
                attributes = report.AttributeMeans.Select((mean, i) => new { name = report.AttributeNames.ElementAtOrDefault(i), mean = double.IsNaN(mean) ? (double?)null : mean }),
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

    private static Command Cache()
    {
        var command = new ExplainedCommand("cache", "Encode all images with an autoencoder once, so that a model can be trained on their latents.", """
            What was interrupted goes on where it stopped.

            Example:
              dit data cache photos --vae sd-vae-ft-ema --size 256 --out latents
              dit train --data latents --vae sd-vae-ft-ema --preset DiT-S/2 --out runs/photos
            """);
        var path = PathArgument(command);
        var vae = new Option<string>("--vae") { Description = "The autoencoder: a file, a folder or the name of a download.", Required = true };
        var folder = new Option<string>("--out", "-o") { Description = "The folder of the cache.", DefaultValueFactory = _ => "latents" };
        var content = new Option<LatentContent>("--content") { Description = "Moments, of which every epoch draws anew, or Samples, which take half the space." };
        var batch = new Option<int>("--batch") { Description = "Images that are encoded at once.", DefaultValueFactory = _ => 32 };
        foreach (var option in new Option[] { vae, folder, content, batch }) command.Options.Add(option);
        var options = ConfigOptions.ForImages(command);
        var devices = Devices.Options(command);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var (place, device) = (Path.GetFullPath(parsed.GetValue(folder)!), devices.Choose(parsed));
            OutputPath.Require(Path.Combine(place, "cache.json"));
            using var images = Open(parsed, path, options, usualSize: 256);
            using var codec = Codec.Load(parsed.GetValue(vae)!, device)!;
            var size = parsed.GetValue(batch);
            var how = new LatentCacheOptions
            {
                Content = parsed.GetValue(content), HorizontalFlip = images.Flip, Crop = images.Crop, BatchSize = size, ShardImages = size * Math.Max(1, 1024 / Math.Max(1, size)), Device = device,
                OnBadImage = images.OnBadImage,
            };
            await shell.ProgressAsync("encoding", 0, images.Count, progress => LatentCache.BuildAsync(
                images.Dataset, codec, place, how, new Synchronous<LatentCacheProgress>(p => progress(p.Encoded, "")), cancellationToken));
            using var cache = new LatentCache(place, verify: false);
            if (cache.BadImages.Count > 0) shell.Note($"{cache.BadImages.Count} images could not be read and are left out: {string.Join(", ", cache.BadImages.Take(10).Select(b => b.Name))}");
            shell.Result($"{cache.Count} latents of {string.Join(" x ", cache.LatentShape)}: see '{place}'",
                new { folder = place, count = cache.Count, leftOut = cache.BadImages.Select(b => b.Name), shape = cache.LatentShape, content = cache.Content, codec = cache.Codec, classes = cache.ClassNames });
        });
    }

    private static Argument<string> PathArgument(Command command)
    {
        var path = new Argument<string>("path") { Description = "The images: a folder, a manifest, or the files of a known data set." };
        command.Arguments.Add(path);
        return path;
    }

    private static TrainingImages Open(ParseResult parsed, Argument<string> path, ConfigOptions options, int usualSize = 64)
    {
        var config = RunConfig.Read(path: null, options.Given(parsed)).Data;
        return TrainingImages.Open(config with { Path = Path.GetFullPath(parsed.GetValue(path)!) }, usualSize: usualSize);
    }

    /// <summary>Progress that is told on the thread that makes it.</summary>
    private sealed class Synchronous<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
