using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.Mnist;

/// <summary>What each sampler makes of the trained model: how fast, and how near to real digits. Writes samplers.md.</summary>
internal static class SamplerComparison
{
    private const int Digits = 1000, BatchSize = 100;

    private static readonly (string Name, Func<int, ISampler> Create)[] Samplers =
    [
        ("Euler", steps => new EulerSampler(steps)), ("Heun", steps => new HeunSampler(steps)), ("DDIM", steps => new DdimSampler(steps)),
        ("DPM-Solver++ 2M", steps => new DpmSolver(steps)), ("UniPC", steps => new UniPcSampler(steps)),
        ("DDPM", steps => new DdpmSampler(steps)), ("Euler-Maruyama", steps => new EulerMaruyamaSampler(steps)),
    ];

    public static async Task RunAsync(DenoisingObjective objective, DitModel model, DigitClassifier classifier, DemoOptions options, CancellationToken cancellationToken)
    {
        var real = Statistics(classifier, Real(options));
        var text = new StringBuilder("| Sampler | Steps | Evaluations a digit | Digits/s | Recognised | Fréchet distance |\n| --- | --- | --- | --- | --- | --- |\n");
        var rows = Samplers.SelectMany(sampler => new[] { 5, 10, 20, 50 }.Select(steps => (sampler.Name, sampler.Create, Steps: steps)))
            .Append(("DDPM", steps => new DdpmSampler(steps), Steps: 250));
        foreach (var (name, create, steps) in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = await Task.Run(() => Row(objective, model, classifier, create(steps), real, options, cancellationToken), cancellationToken);
            var line = string.Create(CultureInfo.InvariantCulture, $"| {name} | {steps} | {row.Evaluations} | {row.PerSecond:F0} | {row.Recognised:P1} | {row.Distance:F3} |");
            Console.WriteLine(line);
            text.AppendLine(line);
        }
        await File.WriteAllTextAsync(options.PathTo("samplers.md"), text.ToString(), cancellationToken);
    }

    private static (int Evaluations, double PerSecond, double Recognised, double Distance) Row(
        DenoisingObjective objective, DitModel model, DigitClassifier classifier, ISampler sampler, FrechetStatistics real, DemoOptions options, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)options.Seed + 3);
        manual_seed(options.Seed);
        var labels = arange(Digits, device: Devices.Best).remainder(MnistDataset.Classes);
        var (drawn, seconds, evaluations) = (new List<Tensor>(), 0.0, 0);
        for (var first = 0; first < Digits; first += BatchSize)
        {
            var noise = randn([BatchSize, 1, 28, 28], generator: random).to(Devices.Best);              // [B, 1, 28, 28]
            var counted = new CountingDenoiser(objective.Denoiser(model, labels.narrow(0, first, BatchSize)).Guided(options.Guidance));
            var clock = Stopwatch.StartNew();
            var images = sampler.Sample(counted, noise, cancellationToken);                             // [B, 1, 28, 28]
            seconds += clock.Elapsed.TotalSeconds;
            evaluations = counted.Evaluations;
            drawn.Add(((images.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1);
        }
        var all = cat(drawn);                                                                           // [N, 1, 28, 28]
        var recognised = classifier.Read(all).eq(labels).sum().item<long>() / (double)Digits;
        return (evaluations, Digits / seconds, recognised, FrechetStatistics.Distance(real, Statistics(classifier, all)));
    }

    private static FrechetStatistics Statistics(DigitClassifier classifier, Tensor digits)
    {
        using var scope = NewDisposeScope();
        return FrechetStatistics.Of(classifier.Features(digits));
    }

    private static Tensor Real(DemoOptions options)
    {
        using var loader = new BatchLoader(new MnistDataset(options.Data, train: false), batchSize: 250, seed: 0) { Shuffle = false, DropLast = false, Device = Devices.Best };
        return cat([.. loader.ToBlockingEnumerable().Select(batch => batch.Images.clone())]);
    }

    private sealed class CountingDenoiser(Denoiser inner) : Denoiser(inner.Schedule, inner.Prediction)
    {
        public int Evaluations { get; private set; }

        public override Tensor Predict(Tensor x, double t)
        {
            Evaluations++;
            return inner.Predict(x, t);
        }
    }
}
