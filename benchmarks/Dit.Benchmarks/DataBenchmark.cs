using System.CommandLine;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Batches: the loader against what it is made of, in turns; and how long a training waits for it.</summary>
internal static class DataBenchmark
{
    private const int Photographs = 256;
    private const int Times = 8;                // in an epoch, so that its first and last batch count little

    public static Command Command(Option<int> rounds)
    {
        var workers = new Option<int>("--workers") { Description = "Threads that read.", DefaultValueFactory = _ => 2 };
        var photographs = new Option<string>("--photographs")
        {
            Description = "A folder of photographs (Debian's tuxpaint-stamps-default).",
            DefaultValueFactory = _ => "/usr/share/tuxpaint/stamps",
        };
        var device = new Option<string>("--device") { Description = "Where the trainings are: cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        var command = new Command("data", "Batches of photographs, digits and latents: the loader against the codec and against memory.") { rounds, workers, photographs, device };
        command.SetAction(async result =>
        {
            var folder = Directory.CreateTempSubdirectory("dit-batches-").FullName;
            try
            {
                var files = WritePhotographs(result.GetValue(photographs)!, folder);
                Loaders(folder, files, result.GetValue(workers), result.GetValue(rounds));
                Digits(result.GetValue(rounds));
                await LatentsAsync(folder, result.GetValue(workers), result.GetValue(rounds));
                await TrainingsAsync(files, result.GetValue(workers), torch.device(result.GetValue(device)!));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    /// <summary>JPEG files of 500 x 375, the size of ImageNet's, from photographs of any format.</summary>
    private static ImageFolder WritePhotographs(string from, string folder)
    {
        var target = Path.Combine(folder, "photographs");
        var source = new ImageFolder(from, FolderLayout.Flat);
        int[] large = [.. Enumerable.Range(0, source.Count).Where(i => source.SizeOf(i) is { Height: >= 200, Width: >= 256 }).Take(Photographs)];
        for (var i = 0; i < Photographs; i++)
            source.Read(large[i % large.Length], new AspectBuckets([(375, 500)]), new Random(0)).Image.Save(Path.Combine(target, $"{i:D4}.jpg"));
        return new ImageFolder(target, FolderLayout.Flat);
    }

    /// <summary>An epoch of the loaders, of a folder and of shards, against as many threads that do nothing but decode and crop.</summary>
    private static void Loaders(string folder, ImageFolder files, int workers, int rounds)
    {
        var crop = new AdmCenterCrop(256);
        var photographs = files.Subset(Enumerable.Range(0, Photographs * Times).Select(i => i % Photographs));
        double Codec() => Seconds(() => Parallel.For(0, photographs.Count, new ParallelOptions { MaxDegreeOfParallelism = workers },
            i => photographs.Read(i, crop, Random.Shared)));
        using var ofFiles = new BatchLoader(photographs, batchSize: 32, seed: 0) { Crop = crop, Workers = workers };
        using var ofShards = new StreamLoader(new TarShards(WriteShards(files, folder)), batchSize: 32, seed: 0) { Crop = crop, Workers = workers };
        foreach (var (name, loader) in new (string, ImageLoader)[] { ("photographs", ofFiles), ("shards", ofShards) })
        {
            var (codec, batches) = InTurns(rounds, Codec, () => Seconds(() => Exhaust(loader)));
            Say($"{name}, {workers} workers", $"codec {photographs.Count / codec:F0} img/s, loader {photographs.Count / batches:F0} img/s: {codec / batches:P1} of the codec's speed");
        }
    }

    private static string[] WriteShards(ImageFolder files, string folder)
    {
        string[] shards = [.. Enumerable.Range(0, Times).Select(i => Path.Combine(folder, $"{i}.tar"))];
        foreach (var shard in shards)
        {
            using var tar = new TarWriter(File.Create(shard));
            for (var i = 0; i < files.Count; i++) tar.WriteEntry(files.NameOf(i), $"{i:D4}.jpg");
        }
        return shards;
    }

    /// <summary>Batches of digits against the conversion of as many bytes to floats, which is the least there is to do.</summary>
    private static void Digits(int rounds)
    {
        var digits = new InMemoryDataset([.. Enumerable.Range(0, 12_800).Select(i => new LabeledImage(new PixelImage(new byte[28 * 28], 28, 28, 1), i % 10))]);
        using var loader = new BatchLoader(digits, batchSize: 64, seed: 0) { Workers = 1 };
        var (bytes, floats) = (new byte[64 * 28 * 28], new float[64 * 28 * 28]);
        var (memory, batches) = InTurns(rounds, () => Seconds(() => { for (var i = 0; i < 200; i++) Convert(bytes, floats); }), () => Seconds(() => Exhaust(loader)));
        Say("digits, batch 64", $"{batches / 200 * 1e6:F0} us a batch; converting its pixels alone takes {memory / 200 * 1e6:F0} us");

        static void Convert(byte[] bytes, float[] floats)
        {
            for (var i = 0; i < bytes.Length; i++) floats[i] = (bytes[i] / 127.5f) - 1;
        }
    }

    /// <summary>Batches of latents against a copy of their bytes; drawn from moments, too.</summary>
    private static async Task LatentsAsync(string folder, int workers, int rounds)
    {
        const int Count = 4096, Batch = 256;
        foreach (var content in new[] { LatentContent.Samples, LatentContent.Moments })
        {
            var path = Path.Combine(folder, $"{content}");
            await LatentCache.BuildAsync(new Noise(Count), new FixedCodec(), path, new() { Content = content, Type = ScalarType.BFloat16, BatchSize = 64 });
            using var cache = new LatentCache(path);
            using var loader = new BatchLoader(cache, Batch, seed: 0) { Workers = workers };
            var bytes = Count * 4 * 32 * 32 * 2 * (content == LatentContent.Moments ? 2 : 1);
            var (from, to) = (new byte[bytes], new byte[bytes]);
            var (memory, batches) = InTurns(rounds, () => Seconds(() => from.CopyTo(to, 0)), () => Seconds(() => Exhaust(loader)));
            var (rate, copy) = (bytes / batches / 1e9, bytes / memory / 1e9);
            Say($"latents [4, 32, 32], {content}",
                $"{batches / (Count / Batch) * 1e3:F2} ms a batch of {Batch}, {rate:F2} GB/s, {Count / batches:F0} img/s; a copy of the bytes {copy:F2} GB/s");
        }
    }

    /// <summary>The share of a training's time that is spent waiting for batches: of digits, and on a GPU of photographs, at the speeds of DiT-S/2 and DiT-XL/2.</summary>
    private static async Task TrainingsAsync(ImageFolder files, int workers, Device device)
    {
        var workload = Workload.All[0];
        var digits = new InMemoryDataset([.. Enumerable.Range(0, 12_800).Select(i => new LabeledImage(new PixelImage(new byte[28 * 28], 28, 28, 1), i % 10))]);
        await TrainingAsync(workload.Title, digits, workload.Config, workload.Batch, crop: null, workers: 1, device);
        if (device.type != DeviceType.CUDA) return;

        var photographs = files.Subset(Enumerable.Range(0, Photographs * Times).Select(i => i % Photographs));
        var crop = new AdmCenterCrop(256);                                            // 256 tokens of 16 x 16 pixels are as fast as those of latents
        foreach (var (name, config, batch) in new[] { ("DiT-S", DitConfig.S(patchSize: 16), 32), ("DiT-XL", DitConfig.XL(patchSize: 16), 64) })
            await TrainingAsync($"photographs, {name}", photographs, config with { ImageSize = 256, Channels = 3, Classes = 0 }, batch, crop, workers, device);
    }

    private static async Task TrainingAsync(string title, IImageDataset images, DitConfig config, int batch, IImageCrop? crop, int workers, Device device)
    {
        using var model = new DitModel(config).to(device);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions { ReportEvery = 20 });
        using var loader = new BatchLoader(images, batch, seed: 0) { Crop = crop, Workers = workers, Device = device };
        var waits = new Waits();
        trainer.Observers.Add(waits);
        await trainer.FitAsync(loader, steps: 120);
        Say($"training, {title}, batch {batch}", $"{waits.Rate:F0} img/s, {waits.Share:P2} of the time waiting for data");
    }

    private static void Exhaust(ImageLoader loader)
    {
        foreach (var batch in loader.ToBlockingEnumerable()) _ = batch.Count;
    }

    private static (double First, double Second) InTurns(int rounds, Func<double> first, Func<double> second)
    {
        (_, _) = (first(), second());
        List<double> one = [], two = [];
        for (var i = 0; i < rounds; i++)
        {
            if (i % 2 == 0) one.Add(first());
            two.Add(second());
            if (i % 2 == 1) one.Add(first());
        }
        return (Comparison.Quantile(one, 0.5), Comparison.Quantile(two, 0.5));
    }

    private static double Seconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalSeconds;
    }

    private static void Say(string what, FormattableString how) => Console.WriteLine($"{what,-40}{how.ToString(CultureInfo.InvariantCulture)}");

    private sealed class Waits : ITrainingObserver
    {
        private readonly List<TrainingProgress> _reports = [];

        public double Share => Comparison.Quantile(_reports.Skip(1).Select(r => r.DataWait), 0.5);

        public double Rate => Comparison.Quantile(_reports.Skip(1).Select(r => r.ImagesPerSecond), 0.5);

        public void OnStep(TrainingProgress progress) => _reports.Add(progress);
    }

    /// <summary>Small images, to be made into latents of the usual size.</summary>
    private sealed class Noise(int count) : IImageDataset
    {
        public int Count => count;

        public LabeledImage Read(int index) => new(new PixelImage(new byte[] { (byte)index }, 1, 1, 1), index % 1000);
    }

    /// <summary>The same latents for every image.</summary>
    private sealed class FixedCodec : ILatentCodec
    {
        public int LatentChannels => 4;

        public int DownsamplingFactor => 1;

        public Tensor Encode(Tensor images, Generator? generator = null) => ones(images.shape[0], 4, 32, 32);

        public Tensor Decode(Tensor latents) => throw new NotSupportedException();

        public DiagonalGaussian EncodeDistribution(Tensor images)
        {
            using var moments = zeros(images.shape[0], 8, 32, 32);
            return new DiagonalGaussian(moments);
        }
    }
}
