using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Times whose losses are large more often, in proportion to sqrt(E[L^2]) (Nichol and Dhariwal 2021, section 3.3).</summary>
/// <remarks>
/// <para>
/// [0, 1] is divided into equal parts, on a discrete schedule its steps, and the last few losses of each are kept. Until each part has as many, times
/// are uniform. Losses stay on their device: no step waits for them.
/// </para>
/// <para>It is a module whose buffers are what was learned, so that a trainer's checkpoints keep it.</para>
/// </remarks>
public sealed class LossSecondMomentTimesteps : nn.Module, ILossAwareTimesteps
{
    private readonly Tensor losses;                                                // [Parts, History], the last ones of each part, in a ring
    private readonly Tensor counts;                                                // [Parts], how many were ever seen

    /// <param name="parts">How many parts; on a discrete schedule its number of steps. Default 1000.</param>
    /// <param name="history">How many losses of each part are kept. Default 10.</param>
    /// <param name="uniform">This share of the times is uniform, so that none is ever forgotten, within (0, 1]. Default 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of range.</exception>
    public LossSecondMomentTimesteps(int parts = 1000, int history = 10, double uniform = 0.001) : base(nameof(LossSecondMomentTimesteps))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(history, 1);
        if (uniform is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(uniform), uniform, "The uniform share must be above 0 and at most 1.");
        (Parts, History, Uniform) = (parts, history, uniform);
        losses = zeros(parts, history, ScalarType.Float64);
        counts = zeros(parts, ScalarType.Int64);
        RegisterComponents();
    }

    /// <summary>How many parts [0, 1] is divided into.</summary>
    public int Parts { get; }

    /// <summary>How many losses of each part are kept.</summary>
    public int History { get; }

    /// <summary>The share of uniform times.</summary>
    public double Uniform { get; }

    nn.Module ILossAwareTimesteps.Learned => this;

    /// <inheritdoc/>
    public Tensor Sample(long count, Device device, Generator? generator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        var u = rand(count, dtype: ScalarType.Float32, device: device, generator: generator).to(ScalarType.Float64).unsqueeze(1);    // [B, 1]
        var within = rand(count, dtype: ScalarType.Float32, device: device, generator: generator);                                   // [B]
        var cumulative = Probabilities(device).cumsum(0).unsqueeze(0);                                                              // [1, Parts]
        var part = (cumulative <= u).sum(dim: 1).clamp(0, Parts - 1);                                                               // [B]
        return ((part + within) / Parts).to(ScalarType.Float32).clamp(0, 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Weights(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (1 / (Parts * Probabilities(t.device).index_select(0, PartOf(t)))).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Observe(Tensor t, Tensor losses)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(losses);
        if (t.ndim != 1 || !t.shape.AsSpan().SequenceEqual(losses.shape))
            throw new ArgumentException(
                $"There are losses of {Shapes.Print(losses.shape)} for times of {Shapes.Print(t.shape)}. Give one loss for each time, [B].", nameof(losses));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        MoveTo(t.device);
        var part = PartOf(t);                                                                           // [B]
        var same = part.unsqueeze(0) == part.unsqueeze(1);                                              // [B, B]
        var earlier = same.to(ScalarType.Int64).tril(-1).sum(dim: 1);                                   // [B], images before this one in the same part
        var seen = counts.index_select(0, part);                                                       // [B]
        var slot = part * History + (seen + earlier).remainder(History);                                // [B]
        this.losses.view(-1).index_copy_(0, slot, losses.detach().to(ScalarType.Float64));
        counts.index_copy_(0, part, seen + same.sum(dim: 1));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"by the losses' second moment ({Parts} parts, {History} losses each, {Uniform:0.##%} uniform)");

    /// <summary>The part of each time, rounded up as a discrete schedule does, so that a step's own time is within its part.</summary>
    private Tensor PartOf(Tensor t) => (t.to(ScalarType.Float64) * Parts - 1e-3).ceil().clamp(1, Parts).to(ScalarType.Int64) - 1;

    /// <returns>[Parts], of sum 1.</returns>
    private Tensor Probabilities(Device device)
    {
        MoveTo(device);
        var moment = losses.square().mean([1]).sqrt();                                                 // [Parts]
        var learned = (1 - Uniform) * moment / moment.sum() + Uniform / Parts;
        return where((counts >= History).all(), learned, full_like(moment, 1.0 / Parts));
    }

    private void MoveTo(Device device)
    {
        if (losses.device.ToString() != device.ToString()) this.to(device);
    }
}
