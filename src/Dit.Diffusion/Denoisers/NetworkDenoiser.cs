using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>A network with the labels it is to draw, as a <see cref="Denoiser"/>. <see cref="DenoisingObjective"/> makes it.</summary>
/// <remarks>
/// The network is evaluated in evaluation mode and without gradients, except for a state that requires one; its training mode is restored after every evaluation, so that
/// sampling may happen in the middle of training. No random number is drawn. The denoiser refers to the labels, it does not copy them.
/// </remarks>
public sealed class NetworkDenoiser : Denoiser
{
    private readonly Network _network;
    private readonly double? _timeScale;

    internal NetworkDenoiser(Network network, INoiseSchedule schedule, Prediction prediction, double? timeScale, Tensor? labels, double? nullClass)
        : base(schedule, prediction) => (_network, _timeScale, Labels, NullClass) = (network, timeScale, labels, nullClass);

    /// <summary>The label of each sample, [B] int64, or another condition, [B, ...]; null for a network without any.</summary>
    public Tensor? Labels { get; }

    /// <summary>The label that means "no label", if the network has learned one; NaN among conditions of a floating type.</summary>
    public double? NullClass { get; }

    /// <summary>What the network's input and output are scaled by; null: by nothing.</summary>
    public EdmPreconditioning? Preconditioning { get; internal init; }

    /// <summary>What a <see cref="DitModel"/> reuses between steps; null: nothing.</summary>
    public BlockCache? Cache { get; private init; }

    /// <summary>The same denoiser with a cache of the model's blocks: faster, and not quite the same samples.</summary>
    /// <param name="cache">The cache, which stays the caller's; one sampling uses it at a time.</param>
    /// <returns>A denoiser of the same network and labels.</returns>
    /// <exception cref="InvalidOperationException">The network is no <see cref="DitModel"/>.</exception>
    public NetworkDenoiser Cached(BlockCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return _network is DitModel
            ? new(_network, Schedule, Prediction, _timeScale, Labels, NullClass) { Preconditioning = Preconditioning, Cache = cache }
            : throw new InvalidOperationException($"A cache of blocks needs a DitModel, and the network is a {_network.GetType().Name}.");
    }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return PredictWithVariance(x, t).Prediction.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t) => Predict(x, t, Labels);

    internal (Tensor Prediction, Tensor? Variance) Predict(Tensor x, double t, Tensor? labels)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (labels is not null && labels.shape[0] != x.shape[0])
            throw new ArgumentException(
                $"There are {labels.shape[0]} labels for a batch of shape {Shapes.Print(x.shape)}. Give one label for each sample.", nameof(x));

        using var scope = NewDisposeScope();
        using var _ = x.requires_grad ? null : no_grad();
        using var evaluation = EvaluationMode.Of(_network);
        var output = Preconditioned(x.to(ScalarType.Float32), t, labels).to(x.dtype);                   // [B, C, H, W] or [B, 2C, H, W]
        if (output.shape.AsSpan().SequenceEqual(x.shape)) return (output.MoveToOuterDisposeScope(), null);
        long[] doubled = [.. x.shape];
        if (doubled.Length > 1) doubled[1] *= 2;
        if (!output.shape.AsSpan().SequenceEqual(doubled))
            throw new ArgumentException(
                $"The network's output is {Shapes.Print(output.shape)} for a state of {Shapes.Print(x.shape)}; they must be the same, or the output have " +
                "twice as many channels, the second half for the variance.", nameof(x));
        var halves = output.chunk(2, dim: 1);                                                           // 2 x [B, C, H, W]
        return (halves[0].MoveToOuterDisposeScope(), halves[1].MoveToOuterDisposeScope());
    }

    private Tensor Preconditioned(Tensor x, double t, Tensor? labels)
    {
        if (Preconditioning is null) return Call(x, t, labels);
        var time = full(1, t, ScalarType.Float32, x.device);                                            // [1]
        return Preconditioning.Output(x, time, Call(Preconditioning.Input(x, time), t, labels));
    }

    private Tensor Call(Tensor x, double t, Tensor? labels)
    {
        Tensor Times(long count) => full(count, _timeScale * t ?? Schedule.NetworkTime(t), ScalarType.Float32, x.device);      // [count]
        if (_network is not DitModel model) return _network.call(x, Times(x.shape[0]), labels?.to(x.device))!;
        Cache?.Begin(t);
        model.BlockCache = Cache;
        try
        {
            return Shared(labels, x) is var (distinct, rows)
                ? model.Predict(x, Times(distinct?.shape[0] ?? 1), distinct, rows)
                : model.call(x, Times(x.shape[0]), labels)!;
        }
        finally
        {
            model.BlockCache = null;
        }
    }

    /// <summary>The different labels and which of them each image has; null if all differ, or to know would take a copy from a GPU.</summary>
    private static (Tensor? Distinct, Tensor Rows)? Shared(Tensor? labels, Tensor x)
    {
        if (labels is null) return (null, zeros(x.shape[0], ScalarType.Int64, x.device));
        if (labels.dtype != ScalarType.Int64 || labels.ndim != 1 || labels.device.type != DeviceType.CPU) return null;
        var ids = labels.data<long>().ToArray();
        var distinct = ids.Distinct().ToArray();
        if (distinct.Length == ids.Length) return null;
        return (tensor(distinct), tensor(ids.Select(id => (long)Array.IndexOf(distinct, id)).ToArray()));                      // [P], [B]
    }
}
