using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class ThresholdedDenoiserTests
{
    [Fact]
    public void Each_sample_is_divided_by_its_own_quantile()
    {
        using var scope = NewDisposeScope();
        var data = stack([tensor([0.1, -0.2, 0.3, 0.4, 0.5]), tensor([-1.0, 2.0, -3.0, 4.0, -9.0])]).view(2, 1, 1, 5);
        var thresholded = new Known(data).Thresholded(0.75).Clean(zeros_like(data), 0.5);
        Approximately.Equal(data[0], thresholded[0], 0);                                         // already in range: the threshold is at least 1
        Approximately.Equal(tensor([-0.25, 0.5, -0.75, 1, -1]).view(1, 1, 5), thresholded[1], 1e-12);
        Approximately.Equal(tensor([-1.0 / 6.5, 2 / 6.5, -3 / 6.5, 4 / 6.5, -1]).view(1, 1, 5), new Known(data).Thresholded(0.875).Clean(zeros_like(data), 0.5)[1], 1e-12);
    }

    [Fact]
    public void With_a_largest_threshold_of_1_it_clips()
    {
        using var scope = NewDisposeScope();
        var data = 3 * randn([2, 3, 4, 4], ScalarType.Float64);
        Approximately.Equal(new Known(data).Clipped().Clean(data, 0.5), new Known(data).Thresholded(0.9, most: 1).Clean(data, 0.5), 0);
    }

    [Fact]
    public void Noise_follows_from_the_thresholded_data()
    {
        using var scope = NewDisposeScope();
        var (data, x) = (3 * randn([2, 3, 4, 4], ScalarType.Float64), randn([2, 3, 4, 4], ScalarType.Float64));
        var denoiser = new Known(data).Thresholded(0.9);
        Approximately.Equal(x, 0.7 * denoiser.Clean(x, 0.3) + 0.3 * denoiser.Noise(x, 0.3), 1e-12);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using var data = zeros(1, 1, 1, 1);
        Assert.Equal("quantile", Assert.Throws<ArgumentOutOfRangeException>(() => new Known(data).Thresholded(0)).ParamName);
        Assert.Equal("quantile", Assert.Throws<ArgumentOutOfRangeException>(() => new Known(data).Thresholded(1.1)).ParamName);
        Assert.Equal("most", Assert.Throws<ArgumentOutOfRangeException>(() => new Known(data).Thresholded(0.9, 0.5)).ParamName);
    }

    private sealed class Known(Tensor data) : Denoiser(new RectifiedFlow(), Prediction.Sample)
    {
        public override Tensor Predict(Tensor x, double t) => data.alias();
    }
}
