using System.ComponentModel;

namespace Dit.Cli;

/// <summary>How samples are drawn, in previews and later unless said otherwise.</summary>
internal sealed record SamplingConfig
{
    public SamplerKind Sampler { get; init; }

    [Description("Steps from noise to an image.")]
    public int Steps { get; init; } = 20;

    [Description("How strongly samples follow their labels; 1 is no guidance. Default: 2 for a model that can be guided, else 1.")]
    public double? Guidance { get; init; }
}
