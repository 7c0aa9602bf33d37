using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

internal static class Approximately
{
    public static void Equal(Tensor expected, Tensor actual, double tolerance = 1e-6)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var error = (expected - actual).abs().max().to(ScalarType.Float64).item<double>();
        Assert.True(error <= tolerance, $"They differ by {error}, more than {tolerance}.");
    }
}
