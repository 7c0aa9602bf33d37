using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>AdamW over a model's trainable parameters, with warm-up and clipping, and its state by parameter name.</summary>
internal sealed class AdamWTrainer : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly long _warmupSteps;
    private readonly double? _maxGradientNorm;
    private readonly (string Name, Parameter Parameter)[] _trainable;
    private readonly AdamW _optimizer;

    public AdamWTrainer(nn.Module model, DitTrainerOptions options)
    {
        _options = options.Optimizer;
        _warmupSteps = options.WarmupSteps;
        _maxGradientNorm = options.MaxGradientNorm;
        _trainable = [.. model.named_parameters().Where(p => p.parameter.requires_grad)];
        _optimizer = optim.AdamW(_trainable.Select(p => p.Parameter), _options.LearningRate, _options.Beta1, _options.Beta2,
            _options.Epsilon, _options.WeightDecay);
    }

    /// <summary>Learning rate of a step, counted from 0: it rises linearly over the warm-up and then stays.</summary>
    public double LearningRate(long step) => _options.LearningRate * Math.Min(1.0, (step + 1.0) / Math.Max(1, _warmupSteps));

    /// <summary>Scales the gradients down to the largest norm allowed.</summary>
    /// <returns>Their norm before, a scalar on their device; <see langword="null"/> without clipping.</returns>
    public Tensor? Clip()
    {
        if (_maxGradientNorm is not { } max)
            return null;
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. _trainable.Select(p => p.Parameter.grad).OfType<Tensor>()];
        return FusedOps.ClipGradNorm(gradients, max).MoveToOuterDisposeScope();
    }

    /// <summary>Changes the parameters by their gradients.</summary>
    public void Step(double learningRate)
    {
        foreach (var group in _optimizer.ParamGroups)
            group.LearningRate = learningRate;
        _optimizer.step();
    }

    /// <summary>The state by name: both moments of each parameter, and how many steps each has taken.</summary>
    /// <remarks>The moments are the optimizer's own; only the counts are new tensors.</remarks>
    public Dictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>();
        foreach (var (name, moments) in NamedStates())
        {
            state.Add($"{name}.step", tensor(moments.step));
            state.Add($"{name}.exp_avg", moments.exp_avg);
            state.Add($"{name}.exp_avg_sq", moments.exp_avg_sq);
        }
        return state;
    }

    /// <summary>Reads a state; changes nothing if the file does not fit.</summary>
    public void Load(SafeTensorsFile file)
    {
        using var scope = NewDisposeScope();
        var state = State();
        ModuleState.Load(file, state);
        foreach (var (name, moments) in NamedStates())
            moments.step = state[$"{name}.step"].item<long>();
    }

    public void Dispose() => _optimizer.Dispose();

    private IEnumerable<(string Name, AdamW.State Moments)> NamedStates()
    {
        var states = _optimizer.state_dict().State;
        for (var i = 0; i < _trainable.Length; i++)
            yield return (_trainable[i].Name, (AdamW.State)states[i]);
    }
}
