using System.Globalization;
using Dit.Core;
using Dit.Data;
using TorchSharp;

namespace Dit.Samples.Cifar10;

/// <summary>How far the model's pictures are from the real ones, now and then.</summary>
internal sealed class FrechetObserver(
    Recipe recipe, Gallery gallery, IImageDataset images, FeatureNetwork network, FrechetStatistics real, ITrainingLog log, CancellationToken cancellationToken)
    : ITrainingObserver
{
    public void OnStep(TrainingProgress progress)
    {
        if (progress.Step % recipe.Distance.Every != 0 && progress.Step != progress.Steps)
            return;
        var (_, count, scale) = recipe.Distance;
        var labels = Enumerable.Range(0, count).Select(i => images.LabelOf((int)(i * (long)images.Count / count))!.Value);          // as often as among the real ones
        var distance = FrechetStatistics.Distance(network.Statistics(gallery.Pictures([.. labels], scale, cancellationToken)), real);
        log.AddScalars(progress.Step, ("frechet_distance", distance));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {progress.Step:N0}: Fréchet distance {distance:F2} ({count} pictures, guidance {scale:F1})"));
    }

    /// <summary>A network that has seen the real pictures, and what it makes of them.</summary>
    public static async Task<(FeatureNetwork Network, FrechetStatistics Real)> PrepareAsync(IImageDataset images, int seed, CancellationToken cancellationToken)
    {
        TorchSharp.torch.manual_seed(seed);
        var network = new FeatureNetwork().to(Devices.Best);
        await using var data = new BatchLoader(images, 64, seed) { HorizontalFlip = true };
        await network.TrainAsync(data, batches: 300, cancellationToken);
        network.eval();
        return (network, network.Statistics(data.ToBlockingEnumerable(cancellationToken).Select(batch => batch.Images)));
    }
}
