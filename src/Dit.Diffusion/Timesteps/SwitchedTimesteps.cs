using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Times from one density and, from a step on, from another, as LightningDiT ends its training without logit-normal times.
/// <see cref="TimestepExtensions.SwitchedTo"/> makes it.
/// </summary>
public sealed class SwitchedTimesteps : ITimestepSampler
{
    private readonly ITimestepSampler _first;
    private readonly ITimestepSampler _second;
    private readonly Func<long> _step;

    internal SwitchedTimesteps(ITimestepSampler first, ITimestepSampler second, long atStep, Func<long> step)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfNegative(atStep);
        ArgumentNullException.ThrowIfNull(step);
        (_first, _second, AtStep, _step) = (first, second, atStep, step);
    }

    /// <summary>The first step of the second density.</summary>
    public long AtStep { get; }

    /// <summary>Where times come from now.</summary>
    public ITimestepSampler Current => _step() < AtStep ? _first : _second;

    /// <inheritdoc/>
    public Tensor Sample(long count, Device device, Generator? generator = null) => Current.Sample(count, device, generator);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{_first}; from step {AtStep} on {_second}");
}
