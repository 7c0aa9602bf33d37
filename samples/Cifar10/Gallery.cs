using System.Globalization;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.Cifar10;

/// <summary>What the raw and the averaged weights draw, from the same noise every time.</summary>
internal sealed class Gallery : IDisposable
{
    private const int Columns = 10;
    private static readonly EulerSampler Sampler = new(25);

    private readonly (string Name, DitModel Model)[] _models;
    private readonly Tensor _noise, _labels;

    public Gallery(Recipe recipe, DitModel raw, DitModel ema)
    {
        _models = [("raw", raw), ("ema", ema)];
        _labels = arange(Recipe.Classes * recipe.PerClass, ScalarType.Int64).remainder(Recipe.Classes);         // [B], a column for each class
        using var generator = new Generator(1);
        _noise = Noise(_labels.shape[0], generator);
    }

    /// <summary>A grid for each weights and scale of guidance.</summary>
    public SampleGrids Grids => new(Recipe.Objective, Sampler, _noise, _labels) { Models = _models, GuidanceScales = Recipe.Scales, Columns = Columns };

    /// <summary>The way from noise to the pictures, as an animation for each weights and scale.</summary>
    public void Animate(string folder, CancellationToken cancellationToken)
    {
        foreach (var (name, model) in _models)
            foreach (var scale in Recipe.Scales)
            {
                var animation = new Animation(Columns);
                foreach (var step in Sampler.Steps(Recipe.Objective.Denoiser(model, _labels).Guided(scale), _noise))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    animation.Add(step.Sample);
                }
                animation.Save(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"cfg{scale:F1}-{name}.gif")), new AnimationOptions { LastFrameDuration = TimeSpan.FromSeconds(2) });
            }
    }

    /// <summary>Pictures by the averaged weights, in batches, [B, 3, 32, 32].</summary>
    public IEnumerable<Tensor> Pictures(long[] classes, double scale, CancellationToken cancellationToken)
    {
        using var generator = new Generator(2);
        foreach (var chunk in classes.Chunk(64))
        {
            using var labels = tensor(chunk).DetachFromDisposeScope();                                      // [B]
            using var noise = Noise(chunk.Length, generator).DetachFromDisposeScope();
            yield return Sampler.Sample(Recipe.Objective.Denoiser(_models[1].Model, labels).Guided(scale), noise, cancellationToken);
        }
    }

    public void Dispose()
    {
        _noise.Dispose();
        _labels.Dispose();
    }

    private static Tensor Noise(long count, Generator generator) => randn([count, 3, CifarDataset.Size, CifarDataset.Size], generator: generator).to(Devices.Best, disposeAfter: true);
}
