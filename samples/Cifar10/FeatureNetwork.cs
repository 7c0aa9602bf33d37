using Dit.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Samples.Cifar10;

/// <summary>A small convolutional network that learns to tell the classes apart: by what it sees, sets of pictures are compared.</summary>
/// <remarks>The distances are good for comparing trainings on the same pictures; those that are published are by another network, Inception v3.</remarks>
internal sealed class FeatureNetwork : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Linear classes;

    public FeatureNetwork() : base(nameof(FeatureNetwork))
    {
        features = Sequential(
            Conv2d(3, 32, 3, stride: 2, padding: 1), GELU(),                // [B, 32, 16, 16]
            Conv2d(32, 64, 3, stride: 2, padding: 1), GELU(),               // [B, 64, 8, 8]
            Conv2d(64, 128, 3, stride: 2, padding: 1), GELU());             // [B, 128, 4, 4]
        classes = Linear(128, Recipe.Classes);
        RegisterComponents();
    }

    /// <param name="x">Pictures in [-1, 1], [B, 3, 32, 32].</param>
    /// <returns>A score for every class, [B, 10].</returns>
    public override Tensor forward(Tensor x) => classes.call(features.call(x)!.mean([2, 3]));

    /// <summary>One pass over some batches.</summary>
    public async Task TrainAsync(IBatchSource data, int batches, CancellationToken cancellationToken)
    {
        using var optimizer = optim.AdamW(parameters(), lr: 2e-3);
        for (var count = 0; count < batches;)
            await foreach (var batch in data.WithCancellation(cancellationToken))
            {
                if (count++ >= batches) break;
                using var scope = NewDisposeScope();
                var loss = functional.cross_entropy(call(batch.Images.to(Devices.Best))!, batch.Labels!.to(Devices.Best));
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
    }

    /// <param name="pictures">Batches of pictures in [-1, 1], [B, 3, 32, 32].</param>
    public FrechetStatistics Statistics(IEnumerable<Tensor> pictures)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return FrechetStatistics.Of(cat([.. pictures.Select(x => features.call(x.to(Devices.Best))!.mean([2, 3]))]));     // [N, 128]
    }
}
