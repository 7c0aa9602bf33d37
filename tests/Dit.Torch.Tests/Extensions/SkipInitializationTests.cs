using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

public sealed class SkipInitializationTests
{
    [Fact]
    public void Weights_are_drawn_before_and_after_but_not_within()
    {
        manual_seed(5);
        using var expected = nn.Linear(3, 4);
        manual_seed(5);
        using (new SkipInitialization())
        {
            using (new SkipInitialization())
                nn.Conv2d(1, 2, 3).Dispose();
            nn.Linear(7, 9).Dispose();
            nn.Embedding(3, 4).Dispose();
        }
        using var actual = nn.Linear(3, 4);                              // the first to draw
        Assert.True(expected.weight.Equals(actual.weight));
        Assert.True(expected.bias!.Equals(actual.bias!));
    }

    [Fact]
    public void Disposed_twice_it_ends_once()
    {
        using var outer = new SkipInitialization();
        var inner = new SkipInitialization();
        inner.Dispose();
        inner.Dispose();
        var before = RandomState.Get().Cpu;
        nn.Linear(7, 9).Dispose();                                       // the outer one still holds
        Assert.Equal(before, RandomState.Get().Cpu);
    }
}
