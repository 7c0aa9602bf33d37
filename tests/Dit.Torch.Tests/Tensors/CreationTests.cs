using static TorchSharp.torch;

namespace Dit.Torch.Tests.Tensors;

public sealed class CreationTests
{
    /// <summary>The type of the number, as TorchSharp has it, and not the widest.</summary>
    [Fact]
    public void One_number_keeps_its_type()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            [ScalarType.Float32, ScalarType.Float64, ScalarType.Int32, ScalarType.Int64, ScalarType.Float64],
            new[] { tensor(0.5f), tensor(0.5), tensor(3), tensor(3L), tensor(0.5f, ScalarType.Float64) }.Select(t => t.dtype));
        Assert.Equal(0.5f, tensor(0.5f).item<float>());
        Assert.Equal(-3, tensor(-3).item<int>());
        Assert.True(tensor(0.5f, requires_grad: true).requires_grad);
    }

    [Fact]
    public void A_tensor_of_an_array_copies_it()
    {
        float[,] source = { { 1, 2, 3 }, { 4, 5, 6 } };
        using var t = tensor(source);
        source[0, 0] = 99;
        Assert.Equal([2L, 3L], t.shape);
        Assert.Equal(ScalarType.Float32, t.dtype);
        Assert.Equal([1f, 2, 3, 4, 5, 6], t.data<float>().ToArray());
    }

    [Fact]
    public void Element_types_follow_the_array_or_the_argument()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Int64, tensor(new[] { 1, 2 }, dtype: int64).dtype);
        Assert.Equal(ScalarType.Float64, tensor([1.5, 2.5]).dtype);
        Assert.Equal(ScalarType.Bool, tensor([true, false]).dtype);
        Assert.Equal(ScalarType.Int64, arange(5).dtype);
        Assert.Equal(ScalarType.Float32, arange(0.0, 1.0, 0.25).dtype);
        Assert.Equal([0L, 1, 2, 3, 4], arange(5).data<long>().ToArray());
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f], arange(0.0, 1.0, 0.25).data<float>().ToArray());
    }

    [Fact]
    public void A_shape_that_does_not_fit_the_array_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => tensor(new float[] { 1, 2, 3 }, [2, 2]));
        Assert.Contains("[2, 2]", e.Message);
    }

    [Fact]
    public void One_seed_gives_one_stream()
    {
        using var scope = NewDisposeScope();
        using var first = new Generator(7);
        using var second = new Generator(7);
        Assert.True(randn(3, 4, generator: first).Equals(randn(3, 4, generator: second)));
        var state = first.get_state();
        var next = randn(8, generator: first);
        first.set_state(state);
        Assert.True(next.Equals(randn(8, generator: first)));
        manual_seed(11);
        var a = rand(5);
        manual_seed(11);
        Assert.True(a.Equals(rand(5)));
    }

    [Fact]
    public void Random_integers_and_permutations_keep_their_range()
    {
        using var scope = NewDisposeScope();
        var numbers = randint(3, 9, 1000).data<long>().ToArray();
        Assert.Equal(3, numbers.Min());
        Assert.Equal(8, numbers.Max());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), randperm(50).data<long>().ToArray().Order());
    }

    [Fact]
    public void Named_dimensions_are_refused_not_ignored() =>
        Assert.Throws<NotSupportedException>(() => zeros([2, 3], names: ["rows", "columns"]));
}
