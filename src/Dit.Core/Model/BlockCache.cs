using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Reuses what most blocks of a model add to the tokens between the steps of a sampling, where it hardly changes.</summary>
/// <remarks>
/// The first block is computed at every step. What the others add is computed anew every so many steps (Ma et al. 2024), or when what the first block
/// adds has changed by more than a threshold since then (first-block caching); with both settings, when either says so.
/// </remarks>
public sealed class BlockCache : IDisposable
{
    private Tensor? _first;
    private Tensor? _rest;
    private double _time = double.NegativeInfinity;
    private int _age;

    /// <value>Every how many evaluations all blocks are computed. Default <see cref="int.MaxValue"/>: as <see cref="Threshold"/> says.</value>
    public int Every
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Every), value, "All blocks must be computed every so many evaluations, at least 1.");
    } = int.MaxValue;

    /// <value>
    /// By how much of its size what the first block adds may change before all blocks are computed; 0.05 to 0.2 are usual. Reading the change waits for
    /// a GPU. Default <see langword="null"/>: not looked at.
    /// </value>
    public double? Threshold
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Threshold), value, "The threshold must not be negative.");
    }

    /// <value>Evaluations in all.</value>
    public long Evaluations { get; private set; }

    /// <value>Evaluations of the first block only.</value>
    public long Reused { get; private set; }

    /// <summary>Begins an evaluation. Sampling goes from noise to data, so a time that has risen is a new sampling.</summary>
    /// <param name="time">Its time.</param>
    public void Begin(double time)
    {
        if (time >= _time)
            Reset();
        _time = time;
    }

    /// <summary>Forgets what was computed.</summary>
    public void Reset()
    {
        _first?.Dispose();
        _rest?.Dispose();
        (_first, _rest, _age) = (null, null, 0);
    }

    /// <summary>Forgets what was computed.</summary>
    public void Dispose() => Reset();

    /// <summary>What the blocks after the first add, if it can be reused.</summary>
    /// <param name="first">What the first block adds, [B, T, D].</param>
    internal Tensor? Reuse(Tensor first)
    {
        Evaluations++;
        if (_rest is null || ++_age >= Every || !_first!.shape.SequenceEqual(first.shape) || HasChanged(first))
            return null;
        Reused++;
        return _rest;
    }

    /// <summary>Keeps what all blocks add.</summary>
    internal void Keep(Tensor first, Tensor rest)
    {
        var (time, _) = (_time, _age);
        Reset();
        (_first, _rest, _time) = (first.alias().DetachFromDisposeScope(), rest.alias().DetachFromDisposeScope(), time);
    }

    private bool HasChanged(Tensor first)
    {
        if (Threshold is not { } threshold)
            return Every == int.MaxValue;                                     // without any rule nothing is reused
        using var scope = NewDisposeScope();
        return ((first - _first!).abs().mean() / _first!.abs().mean()).item<float>() > threshold;
    }
}
