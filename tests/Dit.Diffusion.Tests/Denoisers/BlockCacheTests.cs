using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Denoisers;

public sealed class BlockCacheTests : IDisposable
{
    private static readonly DenoisingObjective Objective = new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());

    private readonly DitModel _model = new(new DitConfig { ImageSize = 8, PatchSize = 2, Channels = 1, Width = 32, Depth = 4, Heads = 2, Classes = 10 });
    private readonly Tensor _labels = arange(3);
    private readonly Tensor _noise = linspace(-2, 2, 3 * 64).sin().view(3, 1, 8, 8);

    public BlockCacheTests()
    {
        using var generator = new Generator(1);
        using var guard = no_grad();
        foreach (var parameter in _model.parameters().Where(p => p.requires_grad)) nn.init.normal_(parameter, 0, 0.1, generator);
    }

    public void Dispose()
    {
        _model.Dispose();
        _labels.Dispose();
        _noise.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 5)]
    [InlineData(5, 8)]
    public void All_blocks_are_computed_every_so_many_steps(int every, int reused)
    {
        using var cache = new BlockCache { Every = every };
        using var scope = NewDisposeScope();
        var exact = new EulerSampler(10).Sample(Objective.Denoiser(_model, _labels), _noise);
        var cached = new EulerSampler(10).Sample(Objective.Denoiser(_model, _labels).Cached(cache), _noise);
        Assert.Equal((10L, (long)reused), (cache.Evaluations, cache.Reused));
        var error = (exact - cached).abs().max().item<float>() / exact.abs().max().item<float>();
        if (every == 1) Assert.Equal(0, error);
        else Assert.InRange(error, 1e-6, 0.2);
        Assert.Null(_model.BlockCache);

        // A second sampling starts anew, though the cache is the same.
        Assert.True(new EulerSampler(10).Sample(Objective.Denoiser(_model, _labels).Cached(cache), _noise).Equals(cached));
    }

    [Fact]
    public void A_threshold_trades_work_for_exactness()
    {
        using var scope = NewDisposeScope();
        var exact = new EulerSampler(20).Sample(Objective.Denoiser(_model, _labels).Guided(2), _noise);
        var (reused, errors) = (new List<long>(), new List<float>());
        foreach (var threshold in new[] { 0, 0.5, 2 })
        {
            using var cache = new BlockCache { Threshold = threshold };
            var sample = new EulerSampler(20).Sample(Objective.Denoiser(_model, _labels).Cached(cache).Guided(2), _noise);
            reused.Add(cache.Reused);
            errors.Add((exact - sample).abs().max().item<float>());
        }
        Assert.Equal(0, reused[0]);
        Assert.True(reused[0] <= reused[1] && reused[1] <= reused[2] && reused[0] < reused[2], string.Join(", ", reused));
        Assert.Equal(0, errors[0]);
    }

    [Fact]
    public void Training_and_other_batch_sizes_do_not_use_what_is_kept()
    {
        using var cache = new BlockCache { Every = 100 };
        using var scope = NewDisposeScope();
        var denoiser = Objective.Denoiser(_model, _labels).Cached(cache);
        denoiser.Predict(_noise, 0.9);
        var fewer = Objective.Denoiser(_model, _labels[..2]);
        Assert.True(fewer.Cached(cache).Predict(_noise[..2], 0.8).Equals(fewer.Predict(_noise[..2], 0.8)));
        Assert.Equal(0, cache.Reused);
        _model.BlockCache = cache;
        _model.eval();
        var exact = _model.call(_noise, full(3, 500.0), _labels);
        _model.call(_noise, full(3, 500.0), _labels);
        Assert.Equal(2, cache.Evaluations);
        Assert.True(exact.requires_grad);
        _model.BlockCache = null;
    }

    [Fact]
    public void What_cannot_be_cached_is_refused()
    {
        using var cache = new BlockCache();
        Assert.Throws<InvalidOperationException>(() => Objective.Denoiser(new LabelNetwork(), _labels, nullClass: null).Cached(cache));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockCache { Every = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockCache { Threshold = -1 });
    }
}
