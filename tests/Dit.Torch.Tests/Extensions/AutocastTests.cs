using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

public sealed class AutocastTests
{
    [Fact]
    public void Products_are_bfloat16_inside_and_float32_outside()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (randn(4, 4), randn(4, 4));
        using (Autocast.Enter(DeviceType.CPU))
        {
            Assert.Equal(ScalarType.BFloat16, a.matmul(b).dtype);
            Assert.Equal(ScalarType.BFloat16, FusedOps.Linear(a, b).dtype);
            Assert.Equal(ScalarType.Float32, (a + b).dtype);
            using (Autocast.Suspend(DeviceType.CPU)) Assert.Equal(ScalarType.Float32, a.matmul(b).dtype);
            Assert.Equal(ScalarType.BFloat16, a.matmul(b).dtype);
        }
        Assert.Equal(ScalarType.Float32, a.matmul(b).dtype);
    }

    [Fact]
    public void A_weight_that_was_cast_gets_its_gradient_in_float32_and_no_stale_value()
    {
        using var scope = NewDisposeScope();
        var weight = ones(2, 3).with_requires_grad();
        var x = ones(4, 3);
        for (var i = 1; i <= 2; i++)
        {
            Tensor loss;
            using (Autocast.Enter(DeviceType.CPU)) loss = FusedOps.Linear(x, weight).to_type(ScalarType.Float32).sum();
            Assert.Equal(24 * i, loss.item<float>());
            loss.backward();
            using (no_grad()) weight.add_(1);
        }
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Assert.Equal(8, weight.grad[0, 0].item<float>());
    }

    [Fact]
    public void Only_16_bit_types_are_taken() =>
        Assert.Throws<ArgumentException>(() => Autocast.Enter(DeviceType.CPU, ScalarType.Float64));
}
