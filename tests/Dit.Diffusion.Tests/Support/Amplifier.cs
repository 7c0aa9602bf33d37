using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>Answers (1 + label) x.</summary>
internal sealed class Amplifier() : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(Amplifier))
{
    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        using var scope = NewDisposeScope();
        return (x * (1 + y!.to(x.dtype)).view(-1, 1, 1, 1)).MoveToOuterDisposeScope();
    }
}
