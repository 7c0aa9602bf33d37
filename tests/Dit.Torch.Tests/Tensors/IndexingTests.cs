using static TorchSharp.torch;

namespace Dit.Torch.Tests.Tensors;

public sealed class IndexingTests
{
    private static readonly float[] Counting = [.. Enumerable.Range(0, 24).Select(i => (float)i)];

    private static Tensor Cube() => tensor(Counting, [2, 3, 4]);

    private static float[] Values(Tensor t) => t.data<float>().ToArray();

    [Fact]
    public void Numbers_slices_and_new_axes_give_views()
    {
        using var scope = NewDisposeScope();
        var t = Cube();
        Assert.Equal(23, t[1, 2, 3].item<float>());
        Assert.Equal([4f, 5, 6, 7], Values(t[0, 1]));
        Assert.Equal([20f, 21, 22, 23], Values(t[-1, -1]));
        Assert.Equal([5f, 6], Values(t[0, 1, 1..3]));
        Assert.Equal([0f, 2, 12, 14], Values(t[.., 0, TensorIndex.Slice(0, null, 2)]));
        Assert.Equal([3f, 7, 11, 15, 19, 23], Values(t[TensorIndex.Ellipsis, ^1]));
        Assert.Equal([2L, 1, 3, 4], t[.., TensorIndex.None].shape);
        t[0, 0, 0] = -1f;
        Assert.Equal(-1, t[0][0][0].item<float>());
    }

    [Fact]
    public void Tensors_pick_and_write_elements()
    {
        using var scope = NewDisposeScope();
        var t = Cube().view(6, 4);
        Assert.Equal([20f, 21, 22, 23, 0, 1, 2, 3], Values(t[tensor(new long[] { 5, 0 })]));
        Assert.Equal([22f, 23], Values(t[t > 21]));
        t[t > 20] = 0f;
        Assert.Equal(20 * 21 / 2, t.sum().item<float>());
        t[1..3] = ones(2, 4);
        Assert.Equal(1, t[2, 3].item<float>());
    }

    [Fact]
    public void A_position_outside_its_dimension_is_an_exception()
    {
        using var scope = NewDisposeScope();
        var t = Cube();
        Assert.Throws<ArgumentOutOfRangeException>(() => t[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => t[0, -4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => t[0, 0, 0, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => t.size(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => t.ReadCpuSingle(24));
    }
}
