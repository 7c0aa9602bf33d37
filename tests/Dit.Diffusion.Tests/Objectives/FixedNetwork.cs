using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>Says the same whatever it is asked, and remembers the last question.</summary>
/// <param name="answer">What it says, [B, C, H, W].</param>
internal sealed class FixedNetwork(Tensor answer) : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(FixedNetwork))
{
    public Tensor? Noisy { get; private set; }

    public Tensor? Time { get; private set; }

    public Tensor? Labels { get; private set; }

    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        (Noisy, Time, Labels) = (Kept(x), Kept(t), y is null ? null : Kept(y));
        return answer.alias();
    }

    private static Tensor Kept(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
}
