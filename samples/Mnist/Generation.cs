using System.Runtime.InteropServices;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Tools;
using static TorchSharp.torch;

namespace Dit.Samples.Mnist;

/// <summary>Draws the digits, has them read, and writes them to generated.npz and generated.png.</summary>
internal static class Generation
{
    private const int BatchSize = 100, Size = 28, Pixels = Size * Size, Classes = MnistDataset.Classes;

    public static async Task RunAsync(
        DenoisingObjective objective, DitModel model, DigitClassifier classifier, DemoOptions options, CancellationToken cancellationToken)
    {
        var labels = Enumerable.Range(0, Classes).SelectMany(digit => Enumerable.Repeat((long)digit, options.PerClass)).ToArray();
        var digits = new byte[labels.Length * Pixels];
        var seen = new long[labels.Length];
        using var random = new Generator((ulong)options.Seed + 2);

        void Draw(Action<long, string> report)
        {
            for (var first = 0; first < labels.Length; first += BatchSize)
            {
                using var scope = NewDisposeScope();
                var batch = labels[first..Math.Min(first + BatchSize, labels.Length)];
                var denoiser = objective.Denoiser(model, tensor(batch, device: Devices.Best)).Guided(options.Guidance);
                var noise = randn([batch.Length, 1, Size, Size], generator: random).to(Devices.Best);   // [B, 1, 28, 28]
                var images = new EulerSampler(options.SamplerSteps).Sample(denoiser, noise, cancellationToken);
                var rounded = ((images + 1) * 127.5).round().clamp(0, 255);                             // [B, 1, 28, 28], what the file will hold
                rounded.to(ScalarType.Byte).cpu().bytes.CopyTo(digits.AsSpan(first * Pixels));
                classifier.Read(rounded / 127.5 - 1).cpu().data<long>().CopyTo(seen, arrayIndex: first);
                report(first + batch.Length, "digits");
            }
        }

        await ConsoleProgress.RunAsync(Console.Out, "Drawing", 0, labels.Length, report => Task.Run(() => Draw(report), cancellationToken));

        for (var digit = 0; digit < Classes; digit++)
            Console.WriteLine($"  {digit}: {Recognised(digit)} of {options.PerClass} recognised");
        var right = Enumerable.Range(0, labels.Length).Count(i => seen[i] == labels[i]);
        Console.WriteLine($"Recognised: {right} of {labels.Length} ({right / (double)labels.Length:P1})");
        Npz.Save(options.PathTo("generated.npz"),
            ("arr_0", "|u1", [labels.Length, Size, Size, 1], digits),
            ("arr_1", "<i8", [labels.Length], MemoryMarshal.AsBytes(labels.AsSpan()).ToArray()));
        SaveGrid(options.PathTo("generated.png"), digits, options.PerClass);

        int Recognised(int digit) => Enumerable.Range(digit * options.PerClass, options.PerClass).Count(i => seen[i] == digit);
    }

    /// <summary>Ten of each class, a class to a row.</summary>
    private static void SaveGrid(string path, byte[] digits, int perClass)
    {
        using var scope = NewDisposeScope();
        var shown = Math.Min(10, perClass);
        var images = tensor(digits, [Classes, perClass, 1, Size, Size]).narrow(1, 0, shown).reshape(-1, 1, Size, Size);
        ImageFile.SaveGrid(path, images.to(ScalarType.Float32) / 127.5 - 1, columns: shown);
    }
}
