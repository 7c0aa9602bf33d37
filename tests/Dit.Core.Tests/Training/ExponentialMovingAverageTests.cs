using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class ExponentialMovingAverageTests
{
    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Decays_out_of_range_are_refused(double decay)
    {
        using var model = Models.Random(Models.Tiny, 1);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(decay), () => new ExponentialMovingAverage(model, decay));
    }

    [Fact]
    public void The_average_is_its_own_float32_copy()
    {
        using var model = Models.Random(Models.Tiny, 1).to(bfloat16);
        using var average = new ExponentialMovingAverage(model, 0.999);
        Assert.Equal(model.named_parameters().Select(p => p.name), average.Averages.Keys);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var parameter = model.get_parameter("blocks.1.mlp.fc2.weight")!;
        var start = average.Averages["blocks.1.mlp.fc2.weight"].clone();
        Assert.Equal(float32, start.dtype);
        Assert.False(average.Averages["blocks.1.mlp.fc2.weight"].requires_grad);

        parameter.add_(1);                                     // a bfloat16 average would not move by a thousandth of that
        for (var i = 0; i < 100; i++)
            average.Update(model);
        var moved = (average.Averages["blocks.1.mlp.fc2.weight"] - start).mean().item<float>();
        Assert.Equal((1 - Math.Pow(0.999, 100)) * (parameter.to(float32) - start).mean().item<float>(), moved, 1e-4);
    }

    [Fact]
    public void Save_load_and_copy()
    {
        using var folder = new TemporaryFolder();
        using var first = Models.Random(Models.Tiny, 1);
        using var second = Models.Random(Models.Tiny, 2);
        using var saved = new ExponentialMovingAverage(first, 0.9);
        using var loaded = new ExponentialMovingAverage(second, 0.9);
        saved.Update(second);
        saved.Save(folder["ema.safetensors"]);
        loaded.Load(folder["ema.safetensors"]);
        loaded.CopyTo(second);
        Assert.All(saved.Averages, a => Assert.True(a.Value.Equals(second.get_parameter(a.Key)!)));

        using var other = Models.Random(Models.Tiny with { Depth = 1 }, 1);
        Assert.Throws<ArgumentException>("model", () => saved.Update(other));
        Assert.Throws<ArgumentException>("model", () => saved.CopyTo(other));
    }

    /// <summary>The model is the averaged one within, whatever its precision, and its own to the bit afterwards; a second time changes nothing.</summary>
    [Fact]
    public void The_average_is_swapped_in_and_out()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny, 1).to(bfloat16);
        using var average = new ExponentialMovingAverage(model, 0.5);
        using (var other = Models.Random(Models.Tiny, 2))
            average.Update(other);
        var own = model.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        var swap = average.Swap(model);
        Assert.All(model.named_parameters(), p => Assert.True(p.parameter.Equals(average.Averages[p.name].to(bfloat16)), p.name));
        Assert.False(own["blocks.1.mlp.fc2.weight"].Equals(model.get_parameter("blocks.1.mlp.fc2.weight")!));
        swap.Dispose();
        Assert.All(model.state_dict(), t => Assert.True(own[t.Key].Equals(t.Value), t.Key));
        using (no_grad())
            model.get_parameter("blocks.1.mlp.fc2.weight")!.fill_(1);
        swap.Dispose();
        Assert.Equal(1f, model.get_parameter("blocks.1.mlp.fc2.weight")!.to(float32).min().item<float>());
        using var shallow = Models.Random(Models.Tiny with { Depth = 1 }, 1);
        Assert.Throws<ArgumentException>("model", () => average.Swap(shallow));
    }

    [Fact]
    public void Swapping_leaves_no_tensor()
    {
        using var model = Models.Random(Models.Tiny, 1);
        using var average = new ExponentialMovingAverage(model, 0.5);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 3; i++)
            average.Swap(model).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }
}
