using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.Panda;

/// <summary>What the model draws.</summary>
internal static class Pictures
{
    private const int Frames = 16;

    /// <summary>Eight pictures, and the way of the first one from noise in sixteen frames, as the original shows it.</summary>
    public static IReadOnlyList<(string Name, byte[] Png)> Draw(Recipe recipe, DitModel model, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var frames = Walk(recipe, model, count: 8, cancellationToken).ToArray();                          // Frames x [8, 3, H, W]
        return [("samples", Png.EncodeGrid(frames[^1], columns: 4)), ("denoising", Png.EncodeGrid(stack([.. frames.Select(f => f[0])]), columns: 8))];
    }

    /// <summary>The way of four pictures from noise, as an animation.</summary>
    public static void Animate(Recipe recipe, DitModel model, string path, CancellationToken cancellationToken)
    {
        var animation = new Animation(columns: 4);
        using var scope = NewDisposeScope();
        foreach (var frame in Walk(recipe, model, count: 4, cancellationToken))
            animation.Add(frame);
        animation.Save(path, new AnimationOptions { FrameDuration = TimeSpan.FromMilliseconds(200), LastFrameDuration = TimeSpan.FromSeconds(2) });
    }

    private static IEnumerable<Tensor> Walk(Recipe recipe, DitModel model, int count, CancellationToken cancellationToken)
    {
        using var generator = new Generator(1);
        using var labels = zeros(count, ScalarType.Int64).DetachFromDisposeScope();
        var (height, width) = recipe.Model.ImageSize;
        using var noise = randn([count, 3, height, width], generator: generator).to(Devices.Best, disposeAfter: true).DetachFromDisposeScope();
        var sampler = new DdpmSampler(recipe.SamplerSteps) { Noise = new SeededNoise(Enumerable.Range(0, count).Select(i => (ulong)i)) };
        foreach (var step in sampler.Steps(Recipe.Objective.Denoiser(model, labels).Clipped(), noise))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((step.Index + 1) % (step.Count / Frames) == 0)
                yield return step.Sample.alias();
        }
    }
}
