using System.Diagnostics;
using System.Globalization;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data.Tests.Latents;

/// <summary>The making of a small cache, here or in a process of its own.</summary>
internal static class LatentJobs
{
    /// <summary>103 labelled images of 16 x 16 in 13 shards of 8.</summary>
    public static InMemoryDataset Dataset(int count = 103) => new([.. Enumerable.Range(0, count).Select(i => new LabeledImage(Picture(i), i % 10))]);

    public static LatentCacheOptions Options => new() { HorizontalFlip = true, BatchSize = 4, ShardImages = 8, Workers = 1, Seed = 5 };

    /// <summary>A tiny autoencoder, the same every time.</summary>
    public static AutoencoderKL Codec(ulong seed = 1)
    {
        manual_seed((long)seed);
        var codec = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8], LayersPerBlock = 1, NormGroups = 4, SampleSize = 16, ScalingFactor = 1.5, ShiftFactor = 0.1 });
        codec.eval();
        return codec;
    }

    /// <summary>Arguments: folder, rank, ranks, and what is kept.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        set_num_threads(1);
        var options = Options with
        {
            Rank = int.Parse(arguments[1], CultureInfo.InvariantCulture),
            Ranks = int.Parse(arguments[2], CultureInfo.InvariantCulture),
            Content = Enum.Parse<LatentContent>(arguments[3]),
        };
        using var codec = Codec();
        await LatentCache.BuildAsync(Dataset(), codec, arguments[0], options, new Teller());
    }

    public static Process Start(string folder, int rank = 0, int ranks = 1, LatentContent content = LatentContent.Samples)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "exec", typeof(LatentJobs).Assembly.Location, folder, $"{rank}", $"{ranks}", $"{content}" }) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static PixelImage Picture(int index)
    {
        var pixels = new byte[16 * 16 * 3];
        new AugmentationRandom((ulong)index).NextBytes(pixels);
        return new PixelImage(pixels, 16, 16, 3);
    }

    private sealed class Teller : IProgress<LatentCacheProgress>
    {
        public void Report(LatentCacheProgress value)
        {
            Console.WriteLine(value.Encoded);
            Console.Out.Flush();
        }
    }
}
