using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>An optimizer over the trainable parameters of a model and of its objective, with clipping and the learning rate of each step, and its state by parameter name.</summary>
internal sealed class OptimizerRun : IDisposable
{
    private readonly OptimizerSettings _settings;
    private readonly DitTrainerOptions _options;
    private readonly (string Name, Parameter Parameter)[] _trainable;      // those that decay first, as in the optimizer's groups
    private readonly OptimizerHelper _optimizer;
    private Tensor? _norm;                                                 // of the gradients, []

    public OptimizerRun(nn.Module model, nn.Module? objective, DitTrainerOptions options)
    {
        (_settings, _options) = (options.Optimizer, options);
        var learned = objective?.named_parameters().Select(p => (Name: $"objective.{p.name}", Parameter: p.parameter)) ?? [];
        var trainable = model.named_parameters().Select(p => (Name: p.name, Parameter: p.parameter)).Concat(learned).Where(p => p.Parameter.requires_grad)
            .ToLookup(p => _settings.DecaysEverything || Decays(p.Name, p.Parameter));
        _trainable = [.. trainable[true], .. trainable[false]];
        _optimizer = _settings.Create([.. trainable[true].Select(p => p.Parameter)], [.. trainable[false].Select(p => p.Parameter)]);
    }

    /// <summary>Learning rate of a step, counted from 0: it rises linearly over the warm-up, from its first part on, and then follows the schedule.</summary>
    public double LearningRate(long step) => _settings.LearningRate
        * (step < _options.WarmupSteps ? (step + 1.0) / _options.WarmupSteps : _options.LearningRateSchedule.Factor(step - _options.WarmupSteps));

    /// <summary>The gradients that there are; they belong to the parameters.</summary>
    public Tensor[] Gradients() => [.. _trainable.Select(p => p.Parameter.grad).OfType<Tensor>()];

    /// <summary>Holds each gradient within the largest value allowed, and measures their norm, by which the step will clip them.</summary>
    /// <param name="read">Whether the norm is read, which waits for the device.</param>
    /// <param name="isFinite">Whether the gradients were finite before; true where nothing was read.</param>
    /// <returns>Their norm; NaN where it was not read.</returns>
    public double Measure(bool read, out bool isFinite)
    {
        using var scope = NewDisposeScope();
        var (gradients, norm) = (Gradients(), double.NaN);
        isFinite = true;
        if (_options.MaxGradientValue is { } value)
        {
            if (read && !(isFinite = double.IsFinite(norm = Number(Norm(gradients)))))
                return norm;                                                  // cut off, an infinity would look like a gradient
            foreach (var gradient in gradients)
                gradient.clamp_(-value, value);
        }
        _norm?.Dispose();
        _norm = read || _options.MaxGradientNorm is not null ? Norm(gradients).DetachFromDisposeScope() : null;
        if (read)
            isFinite = double.IsFinite(norm = Number(_norm!));
        return norm;
    }

    /// <summary>The parameters whose gradients are not finite, at most so many.</summary>
    public IReadOnlyList<string> NotFinite(int most)
    {
        using var scope = NewDisposeScope();
        return [.. _trainable.Where(p => p.Parameter.grad is { } gradient && !gradient.isfinite().all().item<bool>()).Select(p => p.Name).Take(most)];
    }

    /// <summary>Changes the parameters by their gradients, clipped to the largest norm allowed, and moves the averages.</summary>
    public void Step(double learningRate, IReadOnlyList<MovingAverage> averages)
    {
        using var scope = NewDisposeScope();
        foreach (var group in _optimizer.ParamGroups)
            group.LearningRate = learningRate;
        FusedOps.Step(_optimizer, Gradients(), _options.MaxGradientNorm is null ? null : _norm, _options.MaxGradientNorm ?? double.PositiveInfinity, averages);
    }

    /// <summary>The state by name: the tensors of each parameter, and how many steps each has taken.</summary>
    /// <remarks>The tensors are the optimizer's own; only the counts are new.</remarks>
    public Dictionary<string, Tensor> State()
    {
        var named = new Dictionary<string, Tensor>();
        foreach (var (name, parameter, state) in States())
        {
            if (_settings.Steps(state) is { } steps)
                named.Add($"{name}.step", tensor(steps));
            foreach (var (part, value) in _settings.Tensors(state, parameter))
                named.Add($"{name}.{part}", value);
        }
        return named;
    }

    /// <summary>Sees to it that <see cref="Load"/> will succeed.</summary>
    public void Check(TensorFile file)
    {
        using var scope = NewDisposeScope();
        ModuleState.Check(file, State());
    }

    /// <summary>Reads a state; changes nothing if the file does not fit.</summary>
    public void Load(TensorFile file)
    {
        using var scope = NewDisposeScope();
        var named = State();
        ModuleState.Load(file, named);
        foreach (var (name, _, state) in States())
        {
            if (named.TryGetValue($"{name}.step", out var steps))
                _settings.SetSteps(state, steps.item<long>());
        }
    }

    public void Dispose()
    {
        _norm?.Dispose();
        _optimizer.Dispose();
    }

    /// <summary>Matrices of products decay; norms, biases, tables, positions, registers and learned vectors do not.</summary>
    private static bool Decays(string name, Parameter parameter) => parameter.ndim > 1
        && !name.Contains("embedding_table", StringComparison.Ordinal) && name is not ("pos_embed" or "register_tokens")
        && !name.StartsWith("y_embedder.present", StringComparison.Ordinal) && !name.StartsWith("y_embedder.absent", StringComparison.Ordinal);

    private static Tensor Norm(Tensor[] gradients) => FusedOps.ClipGradNorm(gradients, double.PositiveInfinity);       // []

    private static double Number(Tensor norm) => norm.to(float64).item<double>();

    private IEnumerable<(string Name, Parameter Parameter, OptimizerState State)> States()
    {
        var states = _optimizer.state_dict().State;
        for (var i = 0; i < _trainable.Length; i++)
            yield return (_trainable[i].Name, _trainable[i].Parameter, states[i]);
    }
}
