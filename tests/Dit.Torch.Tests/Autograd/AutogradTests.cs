using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Autograd;

public sealed class AutogradTests
{
    [Fact]
    public void Backward_adds_to_the_gradients_of_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2, 3]).with_requires_grad();
        (x * x).sum().backward();
        (x * x).sum().backward();
        Assert.Equal([4f, 8, 12], x.grad!.data<float>().ToArray());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_of_a_gradient_is_the_second_derivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2f]).with_requires_grad();
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Assert.Equal(12, first.item<float>());
        Assert.Equal(12, autograd.grad([first.sum()], [x])[0].item<float>());
        var unused = ones(1).with_requires_grad();
        Assert.Null(autograd.grad([x.sum()], [unused], allow_unused: true)[0]);
        Assert.Throws<ExternalException>(() => autograd.grad([x.sum()], [unused]));
    }

    [Fact]
    public void Grad_modes_end_with_their_scope()
    {
        using var x = ones(1).with_requires_grad();
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            using (enable_grad()) Assert.True(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.True(is_grad_enabled());
        using (inference_mode()) Assert.True(is_inference_mode_enabled());
        Assert.False(is_inference_mode_enabled());
    }

    [Fact]
    public void Anomaly_mode_finds_the_first_NaN()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-1f]).with_requires_grad();
        using var mode = autograd.detect_anomaly();
        Assert.Throws<ExternalException>(() => x.sqrt().sum().backward());
        mode.Dispose();
        Assert.False(AnomalyMode.IsEnabled);
    }

    [Fact]
    public void A_tensor_keeps_its_identity_when_its_history_is_cut()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).with_requires_grad();
        var y = x * 2;
        Assert.False(y.is_leaf);
        Assert.True(y.detach().is_leaf);
        Assert.False(y.detach().requires_grad);
    }
}
