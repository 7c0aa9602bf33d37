using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Times of a density, one from each B-th part of it and in random order: u_i = (i + U_i) / B. <see cref="TimestepExtensions.Stratified"/> makes it.
/// </summary>
/// <remarks>The loss of a batch varies less, and nothing else changes (Kingma et al. 2021, "Variational diffusion models", appendix I.1).</remarks>
public sealed class StratifiedTimesteps : TimestepDensity
{
    private readonly TimestepDensity _inner;

    internal StratifiedTimesteps(TimestepDensity inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u) => _inner.FromUniform(u);

    /// <inheritdoc/>
    public override double Density(double t) => _inner.Density(t);

    /// <inheritdoc/>
    public override string ToString() => $"{_inner}, stratified";

    /// <inheritdoc/>
    protected internal override Tensor Draw(long count, Device device, Generator? generator)
    {
        using var scope = NewDisposeScope();
        var order = randperm(count, ScalarType.Int64, device, generator: generator);
        return ((order + rand(count, dtype: ScalarType.Float32, device: device, generator: generator)) / count).MoveToOuterDisposeScope();
    }
}
