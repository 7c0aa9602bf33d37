using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

public sealed class SampleGridsTests : IDisposable
{
    private static readonly DitConfig Config = new() { ImageSize = 8, Channels = 1, PatchSize = 4, Width = 16, Depth = 1, Heads = 2, Classes = 4 };
    private static readonly DenoisingObjective Objective = new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DitModel _raw = Random(1);
    private readonly DitModel _ema = Random(2);
    private readonly Tensor _noise = randn(4, 1, 8, 8);
    private readonly Tensor _labels = arange(4);

    public void Dispose()
    {
        _raw.Dispose();
        _ema.Dispose();
        _scope.Dispose();
    }

    private static DitModel Random(ulong seed)
    {
        using var generator = new Generator(seed);
        using var guard = no_grad();
        var model = new DitModel(Config, generator);
        foreach (var parameter in model.parameters().Where(p => p.requires_grad)) nn.init.normal_(parameter, 0, 0.1, generator);
        return model;
    }

    [Fact]
    public void There_is_a_picture_for_each_model_and_scale_and_it_is_what_the_sampler_draws()
    {
        var grids = new SampleGrids(Objective, new EulerSampler(3), _noise, _labels) { Models = [("raw", _raw), ("ema", _ema)], GuidanceScales = [1, 2.5], Columns = 2 };
        _raw.train();
        var pictures = grids.Draw(5, default);
        Assert.Equal(["samples/raw guidance 1", "samples/raw guidance 2.5", "samples/ema guidance 1", "samples/ema guidance 2.5"], pictures.Select(p => p.Name));
        Assert.Equal(4, pictures.Select(p => Convert.ToBase64String(p.Png)).Distinct().Count());
        Assert.True(_raw.training);
        var expected = new EulerSampler(3).Sample(Objective.Denoiser(_ema, _labels).Guided(2.5), _noise);
        Assert.Equal(Png.EncodeGrid(expected, columns: 2), pictures[3].Png);
        Assert.Equal("samples/ema", Assert.Single(new SampleGrids(Objective, new EulerSampler(1), _noise, _labels) { Models = [("ema", _ema)] }.Draw(1, default)).Name);
    }

    [Fact]
    public void Expected_data_is_held_within_a_range()
    {
        var clipped = new SampleGrids(Objective, new EulerSampler(3), _noise, _labels) { Models = [("ema", _ema)], GuidanceScales = [3], Clip = 0.5 };
        var expected = new EulerSampler(3).Sample(Objective.Denoiser(_ema, _labels).Guided(3).Clipped(0.5), _noise);
        Assert.Equal(Png.EncodeGrid(expected), clipped.Draw(1, default)[0].Png);
        Assert.True(expected.abs().max().item<float>() < 0.51);
    }

    /// <summary>Looking at a training must not change it, also with a sampler that draws from torch's own generator.</summary>
    [Fact]
    public void Random_numbers_and_tensors_are_as_before()
    {
        var grids = new SampleGrids(Objective, new EulerMaruyamaSampler(3), _noise, _labels) { Models = [("ema", _ema)] };
        manual_seed(3);
        var next = rand(1).item<float>();
        manual_seed(3);
        grids.Draw(1, default);
        Assert.Equal(next, rand(1).item<float>());
        var before = Tensor.TotalCount;
        grids.Draw(2, default);
        Assert.Equal(before, Tensor.TotalCount);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => grids.Draw(3, stop.Token));
    }

    [Fact]
    public void Latents_are_decoded()
    {
        var pictures = new SampleGrids(Objective, new EulerSampler(1), _noise, _labels) { Models = [("ema", _ema)], Codec = new Doubling(), Columns = 4 }.Draw(1, default);
        var decoded = new EulerSampler(1).Sample(Objective.Denoiser(_ema, _labels), _noise).repeat(1, 1, 2, 2);
        Assert.Equal(Png.EncodeGrid(decoded, columns: 4), pictures[0].Png);
    }

    private sealed class Doubling : ILatentCodec
    {
        public int LatentChannels => 1;

        public int DownsamplingFactor => 2;

        public Tensor Encode(Tensor images, Generator? generator = null) => throw new NotSupportedException();

        public Tensor Decode(Tensor latents) => latents.repeat(1, 1, 2, 2);
    }
}
