using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>One walk of a <see cref="Sampler"/>: what it walks with, where it is, and what it remembers.</summary>
public sealed class SamplerRun : IDisposable
{
    private readonly INoiseDraws _noise;
    private readonly List<(double Time, Tensor Value)> _history = [];

    internal SamplerRun(Denoiser denoiser, INoiseDraws noise, IReadOnlyList<double> times) => (Denoiser, _noise, Times) = (denoiser, noise, times);

    /// <summary>The model and its conditions.</summary>
    public Denoiser Denoiser { get; }

    /// <summary>The path from data to noise.</summary>
    public INoiseSchedule Schedule => Denoiser.Schedule;

    /// <summary>The times from noise to data: one more than steps.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>How many steps the walk has.</summary>
    public int Count => Times.Count - 1;

    /// <summary>Which step it makes, from 0.</summary>
    public int Index { get; internal set; }

    /// <summary>The size of step that a method with step control would try next; 0 before its first.</summary>
    internal double StepSize { get; set; }

    /// <summary>What earlier steps remembered, the latest first.</summary>
    public IReadOnlyList<(double Time, Tensor Value)> History => _history;

    /// <summary>New noise, N(0, 1), of the shape and type of a state.</summary>
    /// <param name="like">The state, [B, C, H, W].</param>
    /// <returns>[B, C, H, W], in the current dispose scope.</returns>
    public Tensor Noise(Tensor like) => _noise.Next(like);

    /// <summary>Remembers a tensor for later steps and forgets what is older than they need.</summary>
    /// <param name="time">Its time.</param>
    /// <param name="value">The tensor; the caller's own handle stays his.</param>
    /// <param name="depth">How many to keep.</param>
    public void Remember(double time, Tensor value, int depth)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        _history.Insert(0, (time, value.alias().DetachFromDisposeScope()));
        while (_history.Count > depth)
        {
            _history[^1].Value.Dispose();
            _history.RemoveAt(_history.Count - 1);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        _noise.Dispose();
        foreach (var (_, value) in _history) value.Dispose();
        _history.Clear();
    }
}
