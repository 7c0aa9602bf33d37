using System.Diagnostics;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Samples.ImageNet;

/// <summary>The whole program: latents, training, export, samples.</summary>
internal sealed class Pipeline(Recipe recipe)
{
    private readonly Device _device = Devices.Best;
    private readonly DenoisingObjective _objective = DenoisingObjective.OfficialDit();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(recipe.Out);
        manual_seed(recipe.Seed);
        ILatentCodec codec = recipe.IsSmall ? new CosineCodec(_device) : AutoencoderKL.Load(recipe.Vae).to(_device);
        using var owned = (IDisposable)codec;
        if (recipe.Steps > 0) await TrainAsync(codec, cancellationToken);
        else Sample(Given(), codec, cancellationToken);
        Say("done; see", $"'{recipe.Out}'");
    }

    private async Task TrainAsync(ILatentCodec codec, CancellationToken cancellationToken)
    {
        using var latents = await LatentsAsync(codec, cancellationToken);
        using var model = recipe.Init is null ? new DitModel(recipe.Config(codec, latents.ClassNames.Count)) : Given();
        using var trainer = new DitTrainer(model.to(_device), _objective, recipe.Training);
        await using var data = new BatchLoader(latents, recipe.Batch, recipe.Seed) { HorizontalFlip = true };
        Say("training", $"{model.parameters().Sum(p => p.numel()):N0} parameters to step {recipe.Steps}");
        trainer.Observers.Add(new ProgressObserver(Console.Out));
        await trainer.FitAsync(data, recipe.Steps, cancellationToken);
        ModelExport.ToOfficial(trainer.EmaModel, recipe.PathTo("model.pt"));         // the official code loads it, and so does --init
        Sample(trainer.EmaModel, codec, cancellationToken);
    }

    /// <summary>The checkpoint of --init.</summary>
    private DitModel Given() => DitModel.Load(recipe.Init ?? throw new ArgumentException(
        "With --steps 0 nothing is trained: say with --init which checkpoint to draw from."), config => config with { Heads = recipe.Heads ?? config.Heads }).to(_device);

    private async Task<LatentCache> LatentsAsync(ILatentCodec codec, CancellationToken cancellationToken)
    {
        var folder = recipe.PathTo("latents");
        var pictures = recipe.Pictures();
        Say("encoding", $"{pictures.Count:N0} pictures, those that are not in '{folder}' yet");
        await LatentCache.BuildAsync(pictures, codec, folder, recipe.Latents with { Device = _device }, cancellationToken: cancellationToken);
        var latents = new LatentCache(folder);
        Console.Write(DatasetStatistics.Of(latents));
        return latents;
    }

    /// <summary>Draws pictures of evenly spread classes; each comes from a seed of its own, so that it does not depend on the batch.</summary>
    private void Sample(DitModel model, ILatentCodec codec, CancellationToken cancellationToken)
    {
        if (recipe.Samples == 0) return;
        if (model.Config.Channels != codec.LatentChannels || !model.Config.LearnedVariance)
            throw new ArgumentException($"The model of '{recipe.Init}' has {model.Config.Channels} channels{(model.Config.LearnedVariance ? "" : " and no learned variance")}, "
                + $"but latents have {codec.LatentChannels}: it is no official DiT, or for another autoencoder.");
        model.eval();
        var (size, classes) = (model.Config.ImageSize, model.Config.Classes);
        var (height, width) = (size.Height * codec.DownsamplingFactor, size.Width * codec.DownsamplingFactor);
        using var npz = new SampleFile(recipe.PathTo("samples.npz"), recipe.Samples, height, width);
        for (var first = 0; first < recipe.Samples; first += recipe.SampleBatch)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(recipe.SampleBatch, recipe.Samples - first);
            var noise = new SeededNoise(Enumerable.Range(first, count).Select(i => ((ulong)recipe.Seed << 32) + (ulong)i));
            var labels = arange(first, first + count, ScalarType.Int64, device: _device).remainder(classes);                   // [B]
            // Three of four channels are guided, as in the published figures.
            var denoiser = _objective.Denoiser(model, labels).Guided(recipe.Guidance, channels: recipe.IsSmall ? null : 3);
            var start = noise.Initial(model.Config.Channels, size.Height, size.Width).to(_device);                             // [B, C, h, w]
            var z = new DdpmSampler(recipe.SamplerSteps) { Noise = noise }.Sample(denoiser, start, cancellationToken);         // [B, C, h, w]
            var images = codec.Decode(z);                                                                                        // [B, 3, H, W]
            npz.Add(images);
            if (first == 0) ImageFile.SaveGrid(recipe.PathTo("samples.png"), images.narrow(0, 0, Math.Min(count, 80)).cpu(), columns: Math.Min(classes, 10));
            Say("drawn", $"{first + count} of {recipe.Samples}");
        }
        npz.Finish();
    }

    private void Say(string what, string how) => Console.WriteLine($"{_clock.Elapsed:hh\\:mm\\:ss}  {what} {how}");
}
