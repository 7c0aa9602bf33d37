using Dit.Core;
using Dit.Core.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class ModelTests
{
    public static TheoryData<string> All => [.. Architectures.All.Keys];

    /// <summary>Nothing of a model stays behind on the processor, and its numbers are the same.</summary>
    [CudaTheory, MemberData(nameof(All))]
    public void Output_and_gradients_are_those_of_the_processor(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        var expected = Run(model, x, t, y, CPU);
        var got = Run(model, x, t, y, CUDA);
        foreach (var (part, tensor) in expected)
        {
            var error = (got[part].cpu() - tensor).abs().max().item<float>() / Math.Max(tensor.abs().max().item<float>(), 1e-3f);
            Assert.True(error < 1e-3, $"{part} is off by {error} of its largest value");
        }
    }

    [CudaTheory, MemberData(nameof(All))]
    public void Mixed_precision_runs(string name)
    {
        foreach (var precision in new[] { Precision.BFloat16, Precision.Float16 })
        {
            using var scope = NewDisposeScope();
            using var model = Models.Random(Architectures.All[name]).to(CUDA);
            var (x, t, y) = Architectures.Inputs(model.Config, 3);
            using var cast = Autocast.For(precision, CUDA);
            var output = model.call(x.to(CUDA), t.to(CUDA), y?.to(CUDA));
            Assert.Equal(float32, output.dtype);
            output.square().mean().backward();
            Assert.All(model.parameters().Where(p => p.grad is not null), p => Assert.True(p.grad!.isfinite().all().item<bool>()));
        }
    }

    /// <summary>Backward runs on a thread of libtorch's own; what is computed again there is what was computed before.</summary>
    [CudaTheory, InlineData(Precision.Float32), InlineData(Precision.BFloat16)]
    public void Checkpointed_activations_give_the_same_gradients(Precision precision)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny with { Depth = 3 }).to(CUDA);
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        var gradients = new[] { false, true }.Select(checkpointing =>
        {
            model.ActivationCheckpointing = checkpointing;
            using var cast = Autocast.For(precision, CUDA);
            return Run(model, x, t, y, CUDA);
        }).ToArray();
        Assert.All(gradients[0], part => Assert.True(part.Value.eq(gradients[1][part.Key]).all().item<bool>(), part.Key));
    }

    private static Dictionary<string, Tensor> Run(DitModel model, Tensor x, Tensor t, Tensor? y, Device device)
    {
        model.to(device).eval();
        model.zero_grad();
        var output = model.call(x.to(device), t.to(device), y?.to(device));
        output.square().mean().backward();
        var tensors = model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        tensors.Add("output", output);
        Assert.All(tensors.Values, tensor => Assert.Equal(device.type, tensor.device.type));
        return tensors;
    }
}
