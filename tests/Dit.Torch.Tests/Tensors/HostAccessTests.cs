using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Tensors;

public sealed class HostAccessTests
{
    [Fact]
    public void Elements_are_read_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var t = arange(6).view(2, 3).t();
        Assert.False(t.is_contiguous());
        Assert.Equal([0L, 3, 1, 4, 2, 5], t.data<long>().ToArray());
        Assert.Equal(4, t.data<long>()[1, 1]);
        Assert.Equal(new long[,] { { 0, 3 }, { 1, 4 }, { 2, 5 } }, (long[,])t.data<long>().ToNDArray());
        t.data<long>()[2, 0] = 9;
        Assert.Equal(9, t[2, 0].item<long>());
        Assert.Throws<InvalidOperationException>(() => t.bytes.Length);
    }

    [Fact]
    public void Another_element_type_is_refused()
    {
        using var t = ones(2);
        Assert.Throws<ArgumentException>(() => t.data<double>());
        Assert.Throws<ArgumentException>(() => t.item<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => t.data<float>()[2]);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Byte)]
    public void A_saved_tensor_comes_back_equal(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var t = arange(12).view(3, 4).t().to_type(type);
        using var file = new MemoryStream();
        t.Save(new BinaryWriter(file));
        file.Position = 0;
        var back = TensorExtensionMethods.Load(new BinaryReader(file));
        Assert.True(t.Equals(back));
        Assert.Equal(type, back.dtype);

        using var cut = new MemoryStream(file.ToArray()[..^1]);
        Assert.Throws<EndOfStreamException>(() => TensorExtensionMethods.Load(new BinaryReader(cut)));
    }

    [Theory]
    [InlineData(6, -1)]
    [InlineData(6, long.MaxValue)]
    [InlineData(99, 1)]
    public void A_header_that_no_tensor_has_is_refused_before_memory_is_taken(long type, long size)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        foreach (var number in new[] { type, 2, size, 3 }) writer.Write7BitEncodedInt64(number);
        file.Position = 0;
        Assert.Throws<InvalidDataException>(() => TensorExtensionMethods.Load(new BinaryReader(file)));
    }

    [Fact]
    public void BFloat16_rounds_to_nearest_even_as_libtorch_does()
    {
        using var scope = NewDisposeScope();
        float[] numbers = [0, -0f, 1, 1.00390625f, 1.01171875f, 3.1415927f, -1e-40f, 3.4e38f, float.PositiveInfinity, float.NaN];
        var theirs = tensor(numbers).bfloat16().data<BFloat16>().ToArray();
        Assert.Equal(theirs.Select(b => b.ToSingle()), numbers.Select(n => new BFloat16(n).ToSingle()));
    }

    [Fact]
    public void A_tensor_says_its_shape_type_and_elements()
    {
        using var t = tensor(new float[,] { { 1, 2.5f }, { 3, 4 } });
        Assert.Equal("[2x2], type = Float32, device = cpu", t.ToString());
        Assert.Equal("[2x2], type = Float32, device = cpu\n[[1 2.5]\n [3 4]]", t.ToString(TensorStringStyle.Numpy, newLine: "\n"));
        t.Dispose();
        Assert.Equal("[disposed]", t.ToString());
    }
}
