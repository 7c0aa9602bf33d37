using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>Answers gain * x + label (0 without labels) and remembers what it was asked.</summary>
internal sealed class LabelNetwork : nn.Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly nn.Module dropout = nn.Dropout(0.5);
    private readonly nn.Module frozen = nn.Dropout(0.5);

    public LabelNetwork() : base(nameof(LabelNetwork)) => RegisterComponents();

    public double Gain { get; init; } = 1;

    public List<long[]> Labels { get; } = [];

    public List<float[]> Times { get; } = [];

    public List<bool> Training { get; } = [];

    public nn.Module Dropout => dropout;

    public nn.Module Frozen => frozen;

    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        Training.Add(dropout.training);
        Times.Add(t.data<float>().ToArray());
        Labels.Add(y?.data<long>().ToArray() ?? []);
        using var scope = NewDisposeScope();
        var output = Gain * x;
        return (y is null ? output : output + y.to(x.dtype).view(-1, 1, 1, 1)).MoveToOuterDisposeScope();
    }
}
