using System.Runtime.InteropServices;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Tensors;

public sealed class ArithmeticTests
{
    [Fact]
    public void Operators_take_tensors_and_numbers_on_both_sides()
    {
        using var scope = NewDisposeScope();
        var t = tensor([1f, 2, 4]);
        Assert.Equal([3f, 4, 6], (2 + t).data<float>().ToArray());
        Assert.Equal([1f, 0, -2], (2 - t).data<float>().ToArray());
        Assert.Equal([-1f, 0, 2], (t - 2).data<float>().ToArray());
        Assert.Equal([2f, 1, 0.5f], (2.0 / t).data<float>().ToArray());
        Assert.Equal([0.5f, 1, 2], (t / 2).data<float>().ToArray());
        Assert.Equal([1f, 4, 16], (t * t).data<float>().ToArray());
        Assert.Equal([-1f, -2, -4], (-t).data<float>().ToArray());
        Assert.Equal([false, true, true], (t >= 2).data<bool>().ToArray());
        Assert.Equal([true, true, false], (2 >= t).data<bool>().ToArray());
        Assert.Equal(ScalarType.Float32, (t * 2.5).dtype);
    }

    [Fact]
    public void In_place_operators_return_the_tensor_itself()
    {
        using var scope = NewDisposeScope();
        var t = tensor([1f, 2, 3]);
        Memory.Settle();
        var alive = Tensor.TotalCount;
        Assert.Same(t, t.add_(1));
        Assert.Same(t, t.mul_(t));
        Assert.Same(t, t.clamp_(5, 10));
        Assert.Equal([5f, 9, 10], t.data<float>().ToArray());
        Assert.Equal(alive, Tensor.TotalCount);
    }

    [Fact]
    public void Reductions_agree_with_hand_sums()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new float[,] { { 1, 5, 3 }, { 4, 2, 6 } });
        Assert.Equal(21, t.sum().item<float>());
        Assert.Equal([5f, 7, 9], t.sum(dim: 0).data<float>().ToArray());
        Assert.Equal([3f, 4], t.mean([1]).data<float>().ToArray());
        Assert.Equal(3.5, t.var().item<float>(), 6);
        var (values, places) = t.max(1);
        Assert.Equal([5f, 6], values.data<float>().ToArray());
        Assert.Equal([1L, 2], places.data<long>().ToArray());
        Assert.Equal([1f, 3, 5], t.sort(1).Values[0].data<float>().ToArray());
        Assert.Equal(Math.Sqrt(91), t.norm().item<float>(), 5);
    }

    [Fact]
    public void Products_agree_with_hand_products()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[,] { { 1, 2 }, { 3, 4 } });
        var b = tensor(new float[,] { { 0, 1 }, { 1, 1 } });
        Assert.Equal([2f, 3, 4, 7], a.matmul(b).data<float>().ToArray());
        Assert.Equal([2f, 3, 4, 7], einsum("ij,jk->ik", a, b).data<float>().ToArray());
        Assert.Equal([1f, 3, 2, 4], a.t().data<float>().ToArray());
        Assert.Equal([1f, 2, 3, 4, 0, 1, 1, 1], cat([a, b]).data<float>().ToArray());
        Assert.Equal([2L, 2, 2], stack([a, b], 1).shape);
    }

    [Fact]
    public void An_error_of_libtorch_is_an_exception_without_native_frames()
    {
        using var scope = NewDisposeScope();
        var e = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));
        Assert.Contains("2x3", e.Message);
        Assert.DoesNotContain("frame #", e.Message);
        Assert.DoesNotContain("Exception raised from", e.Message);
    }
}
