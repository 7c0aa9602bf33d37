using Dit.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The exponential moving average of a model's parameters, ema = decay * ema + (1 - decay) * parameter, in float32.</summary>
/// <remarks>
/// All parameters take part and no buffers, as in the official training script; frozen parameters are copied. Update it once a step of the optimizer.
/// </remarks>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly string[] _names;
    private readonly Tensor[] _averages;
    private readonly bool _owned;

    /// <summary>Starts the average at the parameters' values.</summary>
    /// <param name="model">The model to follow.</param>
    /// <param name="decay">Weight of the past, at least 0 and less than 1; usually 0.999 to 0.9999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is out of range.</exception>
    public ExponentialMovingAverage(Module model, double decay) : this(model, new ConstantEma(decay is >= 0 and < 1
        ? decay
        : throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay of an average must be at least 0 and less than 1.")))
    {
    }

    /// <summary>Starts the average at the parameters' values.</summary>
    /// <param name="model">The model to follow.</param>
    /// <param name="profile">The decay of each update.</param>
    /// <exception cref="ArgumentException">The profile is not valid.</exception>
    public ExponentialMovingAverage(Module model, EmaProfile profile)
        : this(model, profile, owned: true, static parameter => parameter.to(float32, copy: true).DetachFromDisposeScope())
    {
    }

    private ExponentialMovingAverage(Module model, EmaProfile profile, bool owned, Func<Tensor, Tensor> average)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(profile);
        var problems = new Problems(nameof(EmaProfile));
        profile.Validate(problems);
        problems.ThrowIfAny();
        Profile = profile;
        _owned = owned;
        using var _ = no_grad();
        _names = [.. model.named_parameters().Select(p => p.name)];
        _averages = [.. model.parameters().Select(average)];
    }

    /// <value>The decay of each update.</value>
    public EmaProfile Profile { get; }

    /// <value>Updates so far; set it when an average is restored.</value>
    public long Updates { get; set; }

    /// <value>The averages by parameter name, in the model's order. They belong to this object.</value>
    public IReadOnlyDictionary<string, Tensor> Averages => _names.Zip(_averages).ToDictionary(p => p.First, p => p.Second);

    /// <summary>Keeps the average in the parameters of a model, which thus always is the averaged model.</summary>
    /// <param name="averaged">A float32 copy of the model to follow; its parameters are frozen.</param>
    /// <param name="profile">The decay of each update.</param>
    internal static ExponentialMovingAverage In(Module averaged, EmaProfile profile) => new(averaged, profile, owned: false, static parameter =>
    {
        parameter.requires_grad = false;
        return parameter;
    });

    /// <summary>Moves the average towards the model's parameters; call it after each step of the optimizer.</summary>
    /// <param name="model">The model to follow.</param>
    /// <exception cref="ArgumentException">The model has another number of parameters.</exception>
    public void Update(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var next = Next(model);
        FusedOps.Ema(next.Shadows, next.Parameters, next.Decay);
    }

    /// <summary>Counts an update and leaves it to the caller; frozen parameters, which no step changes, are copied.</summary>
    internal MovingAverage Next(Module model)
    {
        using var _ = no_grad();
        var pairs = _averages.Zip(Parameters(model)).ToLookup(pair => pair.Second.requires_grad);
        foreach (var (average, frozen) in pairs[false])
            average.copy_(frozen);                                            // an average of equal values would collect rounding errors
        return new([.. pairs[true].Select(p => p.First)], [.. pairs[true].Select(p => p.Second)], Profile.Decay(++Updates));
    }

    /// <summary>Copies the averages into the parameters of a model.</summary>
    /// <param name="model">A model of the same structure.</param>
    /// <exception cref="ArgumentException">The model has another number of parameters.</exception>
    public void CopyTo(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (average, parameter) in _averages.Zip(Parameters(model)))
            parameter.copy_(average);
    }

    /// <summary>Puts the averages into a model for a while, to evaluate it: <c>using (average.Swap(model)) ...</c></summary>
    /// <param name="model">A model of the same structure, usually the one that is trained.</param>
    /// <returns>Puts the model's own weights back, to the bit, when it is disposed.</returns>
    /// <exception cref="ArgumentException">The model has another number of parameters.</exception>
    public IDisposable Swap(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var own = new OwnWeights(Parameters(model));
        CopyTo(model);
        return own;
    }

    /// <summary>Writes the averages to a safetensors file, atomically.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => SafeTensors.Save(path, Averages);

    /// <summary>Reads averages that <see cref="Save"/> wrote. If the file does not fit, nothing changes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is damaged or does not fit.</exception>
    public void Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        ModuleState.Load(file, Averages);
    }

    /// <summary>Frees the averages.</summary>
    public void Dispose()
    {
        if (!_owned)
            return;
        foreach (var average in _averages)
            average.Dispose();
    }

    private Tensor[] Parameters(Module model)
    {
        Tensor[] parameters = [.. model.parameters()];
        return parameters.Length == _averages.Length
            ? parameters
            : throw new ArgumentException($"The model has {parameters.Length} parameters, the average {_averages.Length}.", nameof(model));
    }

    /// <summary>A copy of a model's weights, to be put back.</summary>
    private sealed class OwnWeights : IDisposable
    {
        private readonly (Tensor Parameter, Tensor Copy)[] _weights;

        public OwnWeights(Tensor[] parameters)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            _weights = [.. parameters.Select(p => (p, p.detach().clone().DetachFromDisposeScope()))];
        }

        public void Dispose()
        {
            using var _ = no_grad();
            foreach (var (parameter, copy) in _weights.Where(w => !w.Copy.IsInvalid))
            {
                parameter.copy_(copy);
                copy.Dispose();
            }
        }
    }
}
