using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

public sealed class RandomStateTests
{
    [Fact]
    public void A_restored_state_gives_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        _ = randn(3);                        // odd: half of a pair of normal numbers is in the state
        var state = RandomState.Get();
        var first = (randn(5), rand(5));
        state.Set();
        Assert.True(first.Item1.Equals(randn(5)));
        Assert.True(first.Item2.Equals(rand(5)));
    }

    [Fact]
    public void States_of_other_devices_are_refused() =>
        Assert.Throws<InvalidOperationException>(() => (RandomState.Get() with { Cuda = [.. Enumerable.Repeat(new byte[16], 99)] }).Set());
}
