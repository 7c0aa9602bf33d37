using Dit.Tests;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Diffusion.Tests;

/// <summary>The fixtures' stand-in for a network: W2 tanh(W1 x + b1 + t scale u) + b2 over channels. Remembers the times that it was told.</summary>
internal sealed class ToyModel : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly Golden _golden;
    private readonly string _name;
    private readonly double _scale;

    /// <param name="golden">The fixture with the weights.</param>
    /// <param name="name">Their prefix, such as <c>toyL</c>.</param>
    /// <param name="dtype">What it computes in.</param>
    public ToyModel(Golden golden, string name, ScalarType dtype = ScalarType.Float32) : base(nameof(ToyModel))
    {
        (_golden, _name, Type) = (golden, name, dtype);
        _scale = golden.Config.TryGetProperty($"{name}.t_scale", out var scale) ? scale.GetDouble() : 1;
    }

    public List<double> Times { get; } = [];

    private ScalarType Type { get; }

    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        using var scope = NewDisposeScope();
        Times.Add(t[0].item<float>());
        Tensor W(string key) => _golden[$"{_name}.{key}"].to(Type);
        var inner = einsum("kc,bchw->bkhw", W("W1"), x.to(Type)) + W("b1").view(1, -1, 1, 1) + (t.to(Type) * _scale).view(-1, 1, 1, 1) * W("u").view(1, -1, 1, 1);
        return (einsum("ok,bkhw->bohw", W("W2"), inner.tanh()) + W("b2").view(1, -1, 1, 1)).MoveToOuterDisposeScope();
    }
}
