using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What normalisations with running statistics share.</summary>
public abstract class NormBase : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? weightParameter;

    [ComponentName(Name = nameof(bias))]
    private Parameter? biasParameter;

    [ComponentName(Name = nameof(running_mean))]
    private Tensor? runningMean;

    [ComponentName(Name = nameof(running_var))]
    private Tensor? runningVariance;

    [ComponentName(Name = nameof(num_batches_tracked))]
    private Tensor? batchesTracked;

    /// <summary>Creates the parameters and statistics.</summary>
    /// <param name="num_features">The number of channels, C.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of a new batch in the running statistics; null averages over all batches alike.</param>
    /// <param name="affine">Whether there are a scale and a shift.</param>
    /// <param name="track_running_stats">Whether there are running statistics.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="dtype">Their type.</param>
    /// <param name="name">The module's name.</param>
    public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(num_features);
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            weight = new Parameter(ones(num_features, dtype: dtype, device: device));
            bias = new Parameter(zeros(num_features, dtype: dtype, device: device));
        }
        if (track_running_stats)
        {
            running_mean = zeros(num_features, dtype: dtype, device: device);
            running_var = ones(num_features, dtype: dtype, device: device);
            num_batches_tracked = tensor(0L, dtype: ScalarType.Int64, device: device);
        }
    }

    /// <summary>The number of channels.</summary>
    public long num_features { get; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>The weight of a new batch in the running statistics; null averages over all batches alike.</summary>
    public double? momentum { get; set; }

    /// <summary>Whether there are a scale and a shift.</summary>
    public bool affine { get; }

    /// <summary>Whether there are running statistics.</summary>
    public bool track_running_stats { get; }

    /// <summary>The scales, [C]; null where there are none.</summary>
    public Parameter weight
    {
        get => weightParameter!;
        set => Replace(ref weightParameter, value, nameof(weight));
    }

    /// <summary>The shifts, [C], or null.</summary>
    public Parameter? bias
    {
        get => biasParameter;
        set => Replace(ref biasParameter, value, nameof(bias));
    }

    /// <summary>The running means, [C], or null.</summary>
    public Tensor? running_mean
    {
        get => runningMean;
        set => ReplaceBuffer(ref runningMean, value, nameof(running_mean));
    }

    /// <summary>The running variances, [C], or null.</summary>
    public Tensor? running_var
    {
        get => runningVariance;
        set => ReplaceBuffer(ref runningVariance, value, nameof(running_var));
    }

    /// <summary>How many batches the running statistics have seen, or null.</summary>
    public Tensor? num_batches_tracked
    {
        get => batchesTracked;
        set => ReplaceBuffer(ref batchesTracked, value, nameof(num_batches_tracked));
    }

    /// <summary>Sets the statistics as they were at first.</summary>
    public void reset_running_stats()
    {
        if (runningMean is not null) init.zeros_(runningMean);
        if (runningVariance is not null) init.ones_(runningVariance);
        if (batchesTracked is not null) init.zeros_(batchesTracked);
    }

    /// <summary>Sets the scales, shifts and statistics as they were at first.</summary>
    public void reset_parameters()
    {
        reset_running_stats();
        if (weightParameter is not null) init.ones_(weightParameter);
        if (biasParameter is not null) init.zeros_(biasParameter);
    }

    /// <summary>Throws if the input has the wrong number of dimensions.</summary>
    /// <param name="input">The input.</param>
    protected abstract void ValidateInputDimensions(Tensor input);

    private void ReplaceBuffer(ref Tensor? field, Tensor? value, string key)
    {
        if (ReferenceEquals(field, value)) return;
        field?.Dispose();
        field = value;
        ConditionallyRegisterBuffer(key, value);
    }
}
