using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class SamplerStreamTests
{
    private readonly GaussianDenoiser _denoiser = new(0.5, 0.3);

    [Fact]
    public void Steps_walk_down_the_grid_to_zero()
    {
        using var noise = randn(2, 1, 4, 4);
        var steps = new EulerSampler(4).Steps(_denoiser, noise).Select(step => (step.Index, step.Count, step.Time)).ToArray();
        Assert.Equal([(0, 4, 0.75), (1, 4, 0.5), (2, 4, 0.25), (3, 4, 0.0)], steps);
    }

    [Fact]
    public void Every_step_shows_the_data_expected_at_its_start()
    {
        using var scope = NewDisposeScope();
        var noise = randn(2, 1, 4, 4);
        var x = noise;
        var time = 1.0;
        foreach (var step in new EulerSampler(5).Steps(_denoiser, noise))
        {
            Approximately.Equal(_denoiser.Clean(x, time), step.PredictedClean);
            (x, time) = (step.Sample.clone(), step.Time);
        }
    }

    [Fact]
    public void The_last_step_is_the_sample()
    {
        using var scope = NewDisposeScope();
        var noise = randn(2, 1, 4, 4);
        var last = new HeunSampler(3).Steps(_denoiser, noise).Select(step => step.Keep()).ToArray()[^1];
        Approximately.Equal(new HeunSampler(3).Sample(_denoiser, noise), last.Sample, 0);
    }

    [Fact]
    public void Noise_is_left_as_it_was_and_nothing_random_is_drawn()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var expected = randn(4);
        var noise = randn(2, 1, 4, 4);
        var copy = noise.clone();
        manual_seed(3);
        new EulerSampler(3).Sample(_denoiser, noise);
        Approximately.Equal(expected, randn(4), 0);
        Approximately.Equal(copy, noise, 0);
    }

    [Fact]
    public void Half_precision_noise_is_integrated_in_float32()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, new EulerSampler(2).Sample(_denoiser, randn(1, 1, 2, 2).to(ScalarType.BFloat16)).dtype);
        Assert.Equal(ScalarType.Float64, new EulerSampler(2).Sample(_denoiser, randn([1, 1, 2, 2], ScalarType.Float64)).dtype);
    }

    [Fact]
    public void A_loop_without_any_using_leaves_nothing_behind()
    {
        using var noise = randn(2, 1, 4, 4);
        foreach (var step in new HeunSampler(3).Steps(_denoiser, noise)) Assert.Equal(noise.shape, step.Sample.shape);
        var before = LiveTensors;
        for (var run = 0; run < 3; run++)
        {
            foreach (var step in new HeunSampler(5).Steps(_denoiser, noise)) Assert.Equal(noise.shape, step.PredictedClean.shape);
            foreach (var step in new EulerSampler(5).Steps(_denoiser, noise))
            {
                if (step.Index == 2) break;
            }

            Assert.Equal(before, LiveTensors);
        }
    }

    [Fact]
    public void Three_runs_in_a_scope_each_own_one_tensor()
    {
        using var noise = randn(2, 1, 4, 4);
        var before = LiveTensors;
        for (var run = 0; run < 3; run++)
        {
            using var scope = NewDisposeScope();
            var images = new EulerSampler(5).Sample(_denoiser, noise);
            Assert.Equal(before + 1, LiveTensors);
            Assert.True(scope.Contains(images));
        }

        Assert.Equal(before, LiveTensors);
    }

    [Fact]
    public void A_step_lives_until_the_next_unless_it_is_kept()
    {
        using var scope = NewDisposeScope();
        var noise = randn(2, 1, 4, 4);
        SamplerStep[] passing = [.. new EulerSampler(3).Steps(_denoiser, noise)];
        Assert.All(passing, step => Assert.True(step.Sample.IsInvalid));
        SamplerStep[] kept = [.. new EulerSampler(3).Steps(_denoiser, noise).Select(step => step.Keep())];
        Assert.All(kept, step => Assert.False(step.Sample.IsInvalid || step.PredictedClean.IsInvalid));
        Assert.All(kept, step => Assert.True(scope.Contains(step.Sample) && scope.Contains(step.PredictedClean)));
    }

    [Fact]
    public void Scopes_in_the_loop_and_disposed_steps_do_not_end_the_stream()
    {
        using var noise = randn(2, 1, 4, 4);
        using var expected = new EulerSampler(4).Sample(_denoiser, noise);
        foreach (var step in new EulerSampler(4).Steps(_denoiser, noise))
        {
            using var scope = NewDisposeScope();
            if (step.Index == 3) Approximately.Equal(expected, step.Sample, 0);
            else if (step.Index == 1) step.Dispose();
            else step.Keep();
        }
    }

    [Fact]
    public void Cancellation_is_seen_before_the_next_step()
    {
        using var noise = randn(2, 1, 4, 4);
        using var source = new CancellationTokenSource();
        var denoiser = new Cancelling(source, after: 3);
        var before = LiveTensors;
        Assert.Throws<OperationCanceledException>(() => new EulerSampler(10).Sample(denoiser, noise, source.Token));
        Assert.Equal(3, denoiser.Evaluations);
        Assert.Equal(before, LiveTensors);
        Assert.Throws<OperationCanceledException>(() => new EulerSampler(10).Sample(denoiser, noise, source.Token));
        Assert.Equal(3, denoiser.Evaluations);
    }

    [Fact]
    public void Bad_noise_is_refused_at_the_call()
    {
        using var scope = NewDisposeScope();
        var sampler = new EulerSampler(2);
        Assert.Throws<ArgumentNullException>("noise", () => sampler.Steps(_denoiser, null!));
        Assert.Throws<ArgumentNullException>("denoiser", () => sampler.Steps(null!, zeros(1, 1, 2, 2)));
        Assert.Throws<ArgumentException>("noise", () => sampler.Steps(_denoiser, zeros([1, 1, 2, 2], ScalarType.Int64)));
        Assert.Throws<ArgumentException>("noise", () => sampler.Steps(_denoiser, zeros(0, 1, 2, 2)));
        var error = Assert.Throws<ArgumentException>("noise", () => sampler.Steps(_denoiser, full([1, 1, 2, 2], float.NaN)));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sampler_of_ones_own_is_one_method()
    {
        using var scope = NewDisposeScope();
        var noise = randn(1, 1, 2, 2);
        Approximately.Equal(_denoiser.Clean(noise, 1), new OneShot().Sample(_denoiser, noise));
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private sealed class OneShot : ISampler
    {
        public IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise)
        {
            var clean = denoiser.Clean(noise, 1);
            using var step = new SamplerStep(0, 1, 0, clean, clean.alias());
            yield return step;
        }
    }

    private sealed class Cancelling(CancellationTokenSource source, int after) : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public int Evaluations { get; private set; }

        public override Tensor Predict(Tensor x, double t)
        {
            if (++Evaluations == after) source.Cancel();
            return zeros_like(x);
        }
    }
}
