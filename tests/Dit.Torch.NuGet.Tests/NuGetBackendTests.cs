using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.NuGet.Tests;

public sealed class NuGetBackendTests
{
    [Fact]
    public void It_says_what_it_lacks()
    {
        Assert.Equal("nuget", Engine.BackendName);
        foreach (var feature in new[] { Feature.Autocast, Feature.FusedOps, Feature.MemoryStatistics, Feature.DirectOneDnn }) Assert.False(Engine.Supports(feature));
        Assert.Equal(Precision.Float32, Engine.Resolve(Precision.Auto, CPU));
        Assert.Contains("DitBackend=native", Assert.Throws<NotSupportedException>(() => Autocast.Enter(DeviceType.CPU)).Message);
        Assert.Throws<NotSupportedException>(() => Engine.Memory());
        Assert.Throws<NotSupportedException>(() => FusedOps.Enabled = true);
    }

    [Fact]
    public void Fused_operators_fall_back_to_their_compositions()
    {
        using var scope = NewDisposeScope();
        Assert.False(FusedOps.Enabled);
        var x = randn(2, 3, 8);
        Assert.True(FusedOps.Gelu(x).allclose(PlainOps.Gelu(x)));
        Assert.Equal([2L, 3, 4], FusedOps.Linear(x, randn(4, 8), randn(4)).shape);
        Assert.Equal([2L, 3, 8], FusedOps.Attention(randn(2, 3, 24), 2).shape);
        Tensor[] shadows = [ones(2)];
        FusedOps.Ema(shadows, [zeros(2)], 0.5);
        Assert.Equal(0.5f, shadows[0][0].item<float>());
    }

    [Fact]
    public void Random_states_come_back()
    {
        using var scope = NewDisposeScope();
        var state = RandomState.Get();
        var numbers = randn(7);
        state.Set();
        Assert.True(numbers.Equals(randn(7)));
    }
}
