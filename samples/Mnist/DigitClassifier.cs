using Dit.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Samples.Mnist;

/// <summary>A small convolutional network that reads digits: the judge of what the transformer draws.</summary>
internal sealed class DigitClassifier : Module<Tensor, Tensor>
{
    private const int Epochs = 5;
    private const int FeatureLayers = 6;
    private readonly Sequential layers;

    private DigitClassifier() : base(nameof(DigitClassifier))
    {
        layers = Sequential(
            Conv2d(1, 32, 5, stride: 2, padding: 2), GELU(),                // [B, 32, 14, 14]
            Conv2d(32, 64, 3, stride: 2, padding: 1), GELU(),               // [B, 64, 7, 7]
            Conv2d(64, 128, 3, stride: 2, padding: 1), GELU(),              // [B, 128, 4, 4]
            Flatten(), Dropout(0.3), Linear(128 * 4 * 4, MnistDataset.Classes));
        RegisterComponents();
    }

    /// <param name="x">Digits in [-1, 1], [B, 1, 28, 28].</param>
    /// <returns>A score for every class, [B, 10].</returns>
    public override Tensor forward(Tensor x) => layers.call(x)!;

    /// <returns>The classes seen, [B] int64; the caller owns them.</returns>
    public Tensor Read(Tensor digits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return call(digits)!.argmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>What the last convolution sees, averaged over the picture: by it, sets of digits are compared.</summary>
    /// <param name="digits">Digits in [-1, 1], [B, 1, 28, 28].</param>
    /// <returns>[B, 128]; the caller owns it.</returns>
    public Tensor Features(Tensor digits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = digits;
        for (var i = 0; i < FeatureLayers; i++) x = layers[i].call(x)!;     // [B, 128, 4, 4]
        return x.mean([2, 3]).MoveToOuterDisposeScope();                    // [B, 128]
    }

    /// <summary>Trains the classifier on the real digits, or takes the one that an earlier start left beside the run.</summary>
    public static DigitClassifier TrainOrLoad(DemoOptions options, CancellationToken cancellationToken)
    {
        manual_seed(options.Seed);
        var classifier = new DigitClassifier().to(Devices.Best);
        var path = options.PathTo("classifier.dat");
        if (File.Exists(path))
        {
            classifier.load(path);
        }
        else
        {
            classifier.Train(new MnistDataset(options.Data), options.Seed, cancellationToken);
            classifier.save(path);
        }

        classifier.eval();
        Console.WriteLine($"The classifier reads {classifier.Accuracy(new MnistDataset(options.Data, train: false)):P1} of the real test digits.");
        return classifier;
    }

    private void Train(MnistDataset digits, int seed, CancellationToken cancellationToken)
    {
        using var loader = new BatchLoader(digits, batchSize: 32, seed) { Device = Devices.Best };
        using var optimizer = optim.AdamW(parameters(), lr: 2e-3);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: Epochs * loader.BatchesPerEpoch);
        var random = new Random(seed);
        train();
        for (var epoch = 0; epoch < Epochs; epoch++)
            foreach (var batch in loader.ToBlockingEnumerable(cancellationToken))
            {
                using var scope = NewDisposeScope();
                var shifted = batch.Images.roll([random.Next(-1, 2), random.Next(-1, 2)], [2, 3]);      // [B, 1, 28, 28]; the margins are black
                var loss = functional.cross_entropy(call(shifted)!, batch.Labels!);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                schedule.step();
            }
    }

    private double Accuracy(MnistDataset digits)
    {
        using var loader = new BatchLoader(digits, batchSize: 250, seed: 0) { Shuffle = false, DropLast = false, Device = Devices.Best };
        var right = 0L;
        foreach (var batch in loader.ToBlockingEnumerable())
        {
            using var scope = NewDisposeScope();
            right += Read(batch.Images).eq(batch.Labels!).sum().item<long>();
        }

        return right / (double)digits.Count;
    }
}
