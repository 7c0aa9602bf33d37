using System.Runtime.InteropServices;
using Dit.Tests;
using Dit.Torch.Native;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Native;

public sealed class OperatorTests
{
    [Fact]
    public void Any_operator_of_libtorch_can_be_called_by_its_schema()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1f, 4, 9], Operator.Call("aten::square", tensor([1f, 2, 3])).data<float>().ToArray());
        Assert.Equal([3L, 2], Operator.Call("aten::zeros", new long[] { 3, 2 }).shape);
        Assert.Equal(2, Operator.CallList("aten::chunk", ones(4), 2).Length);
        Assert.Equal(2, Operator.CallTuple("aten::max.dim", ones(2, 2), 0).Length);
        Assert.Equal(1, Operator.CallScalar("aten::item", ones(1)).AsDouble);
        Assert.True(Operator.CallBool("aten::equal", ones(3), ones(3)));
    }

    [Fact]
    public void Unknown_operators_and_wrong_arguments_are_exceptions()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<NotSupportedException>(() => Operator.Call("aten::no_such_operator", ones(1)));
        Assert.False(Operator.Exists("aten::no_such_operator"));
        Assert.True(Operator.Exists("dit::linear"));
        Assert.Contains("other", Assert.Throws<ExternalException>(() => Operator.Call("aten::add.Tensor", ones(1), "text")).Message);
        Assert.Contains("was not given", Assert.Throws<ExternalException>(() => Operator.Call("aten::add.Tensor", ones(1))).Message);
        Assert.Contains("takes", Assert.Throws<ExternalException>(() => Operator.Call("aten::square", ones(1), 2, 3)).Message);
        Assert.Contains("nothing", Assert.Throws<ExternalException>(() => Operator.Call("aten::square", Argument.None)).Message);
    }

    [Fact]
    public void Lists_longer_than_the_stack_buffer_arrive_whole()
    {
        using var scope = NewDisposeScope();
        var parts = Enumerable.Range(0, 500).Select(i => full(1, i)).ToArray();
        Assert.Equal(499 * 500 / 2, cat(parts).sum().ToScalar().AsDouble);
    }

    [Fact]
    public void Errors_leave_no_tensor_behind()
    {
        using var a = ones(2, 3);
        Memory.Settle();
        var before = Engine.Memory().LiveBytes;
        for (var i = 0; i < 100; i++) Assert.Throws<ExternalException>(() => a.matmul(a));
        Assert.Equal(before, Engine.Memory().LiveBytes);
    }
}
