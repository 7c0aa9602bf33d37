using System.Text.RegularExpressions;
using Dit.Core;
using Dit.Diffusion;
using Dit.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace Dit.Samples.Hosted;

/// <summary>Draws digits with the averaged weights of the newest checkpoint, in a model of its own: the one in training belongs to the training's thread.</summary>
internal sealed partial class Artist(DenoisingObjective objective, IOptions<DitOptions> options, ILogger<Artist> logger) : IDisposable
{
    private readonly Lock _drawing = new();                                   // a model draws for one at a time
    private (string Path, DitModel Model)? _loaded;

    /// <summary>A picture of a digit.</summary>
    /// <returns>A PNG file; null while there is no checkpoint yet.</returns>
    public byte[]? Draw(long digit, ulong seed, double guidance)
    {
        lock (_drawing)
        {
            if (Newest() is not { } model) return null;
            using var scope = NewDisposeScope();
            var (height, width) = model.Config.ImageSize;
            var noise = new SeededNoise(seed).Initial(model.Config.Channels, height, width);          // [1, C, H, W]
            var denoiser = objective.Denoiser(model, tensor(new[] { digit })).Guided(guidance);
            var image = new DpmSolver(steps: 20).Sample(denoiser, noise);                             // [1, C, H, W]
            return Png.Encode(image[0]);
        }
    }

    public void Dispose() => _loaded?.Model.Dispose();

    private DitModel? Newest()
    {
        var folder = options.Value.Training.CheckpointDirectory;
        var newest = Directory.Exists(folder) ? Directory.GetDirectories(folder).Where(path => Checkpoint().IsMatch(path)).Max(StringComparer.Ordinal) : null;
        if (newest is null || newest == _loaded?.Path) return _loaded?.Model;
        try
        {
            var model = DitModel.Load(Path.Combine(newest, "ema.safetensors"));
            _loaded?.Model.Dispose();
            _loaded = (newest, model);
            logger.LogInformation("Digits are drawn with '{Path}' from now on.", newest);
        }
        catch (IOException e)
        {
            logger.LogWarning("'{Path}' cannot be read, so the digits stay those of the one before: {Reason}", newest, e.Message);
        }
        return _loaded?.Model;
    }

    [GeneratedRegex(@"step-\d+$")]
    private static partial Regex Checkpoint();
}
