using Dit.Torch.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).</summary>
/// <remarks>Every step is one native call for each group, in which each parameter is read and written once.</remarks>
public partial class AdamW : OptimizerHelper, IBetas
{
    /// <summary>Creates the optimizer with one group.</summary>
    /// <param name="parameters">What to train.</param>
    /// <param name="lr">The size of a step.</param>
    /// <param name="beta1">How slowly the mean of the gradients moves.</param>
    /// <param name="beta2">How slowly the mean of their squares moves.</param>
    /// <param name="eps">Added to the root of that mean.</param>
    /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
    /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
    /// <param name="maximize">Whether to climb.</param>
    public AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
        bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize) { }

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">Groups of what to train, each with its own options.</param>
    /// <param name="lr">The size of a step.</param>
    /// <param name="beta1">How slowly the mean of the gradients moves.</param>
    /// <param name="beta2">How slowly the mean of their squares moves.</param>
    /// <param name="eps">Added to the root of that mean.</param>
    /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
    /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
    /// <param name="maximize">Whether to climb.</param>
    public AdamW(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
        bool amsgrad = false, bool maximize = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(lr >= 0)) throw new ArgumentOutOfRangeException(nameof(lr), lr, "A learning rate is not negative.");
        if (beta1 is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta1), beta1, "From 0 to below 1.");
        if (beta2 is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta2), beta2, "From 0 to below 1.");
        if (!(eps >= 0)) throw new ArgumentOutOfRangeException(nameof(eps), eps, "Not negative.");
        if (!(weight_decay >= 0)) throw new ArgumentOutOfRangeException(nameof(weight_decay), weight_decay, "Not negative.");
        _defaults = new Options
        {
            LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps,
            weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize,
        };
        foreach (var group in parameters) add_param_group(group);
    }

    /// <summary>How slowly the two means move, for groups added from now on.</summary>
    public (double, double) Betas
    {
        get => (Defaults.beta1!.Value, Defaults.beta2!.Value);
        set => (Defaults.beta1, Defaults.beta2) = value;
    }

    private Options Defaults => (Options)_defaults;

    /// <inheritdoc/>
    public override void add_param_group(Modules.ParamGroup param_group)
    {
        ArgumentNullException.ThrowIfNull(param_group);
        var options = (Options)(param_group.Options ??= new Options());
        options.LearningRate ??= Defaults.LearningRate;
        options.beta1 ??= Defaults.beta1;
        options.beta2 ??= Defaults.beta2;
        options.eps ??= Defaults.eps;
        options.weight_decay ??= Defaults.weight_decay;
        options.amsgrad ??= Defaults.amsgrad;
        options.maximize ??= Defaults.maximize;
        AddGroup(param_group, parameter => new State(parameter));
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null) => _step<Modules.ParamGroup>(Step, closure);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) DisposeStates();
        base.Dispose(disposing);
    }

    private void Step(Modules.ParamGroup group)
    {
        var options = (Options)group.Options;
        var trained = new List<(Parameter parameter, Tensor gradient, State state)>();
        foreach (var parameter in group.Parameters)
            if (Gradient(parameter, options.maximize!.Value) is { } gradient)
                trained.Add((parameter, gradient, (State)StateOf(parameter)));
        // One group, unless a parameter went without a gradient for some steps, or has no average.
        foreach (var equal in trained.GroupBy(t => (Steps: t.state.step, IsFollowed: Companions.Follow(t.parameter))))
        {
            State[] states = [.. equal.Select(t => t.state)];
            AdamStep.Run(
                [.. equal.Select(t => (Tensor)t.parameter)], [.. equal.Select(t => t.gradient)], [.. states.Select(s => s.exp_avg)],
                [.. states.Select(s => s.exp_avg_sq)], options.amsgrad!.Value ? [.. states.Select(s => s.max_exp_avg_sq!)] : [],
                Companions, equal.Key.IsFollowed,
                () => new(states[0].step + 1, options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value,
                    options.weight_decay!.Value, Decoupled: true),
                advance: () => Array.ForEach(states, state => state.step++));
        }
    }

    /// <summary>The options of a group; what is null is the optimizer's.</summary>
    public class Options : OptimizerOptions
    {
        /// <summary>How slowly the mean of the gradients moves.</summary>
        public double? beta1;

        /// <summary>How slowly the mean of their squares moves.</summary>
        public double? beta2;

        /// <summary>Added to the root of that mean.</summary>
        public double? eps;

        /// <summary>The share of each parameter, times the learning rate, that a step takes away.</summary>
        public double? weight_decay;

        /// <summary>Whether the greatest mean of squares so far is used.</summary>
        public bool? amsgrad;

        /// <summary>Whether to climb.</summary>
        public bool? maximize;

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(beta1!.Value);
            writer.Write(beta2!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(amsgrad!.Value);
            writer.Write(maximize!.Value);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            beta1 = reader.ReadDouble();
            beta2 = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            amsgrad = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            var other = As<Options>(source);
            base.LoadStateDict(source);
            (beta1, beta2, eps, weight_decay, amsgrad, maximize) =
                (other.beta1, other.beta2, other.eps, other.weight_decay, other.amsgrad, other.maximize);
        }
    }

    /// <summary>Parameters with options of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, IBetas
    {
        /// <summary>Creates an empty group with the optimizer's options.</summary>
        public ParamGroup() { }

        /// <summary>Creates a group.</summary>
        /// <param name="parameters">The parameters.</param>
        /// <param name="options">The options.</param>
        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

        /// <summary>Creates a group.</summary>
        /// <param name="parameters">The parameters.</param>
        /// <param name="lr">The size of a step.</param>
        /// <param name="beta1">How slowly the mean of the gradients moves.</param>
        /// <param name="beta2">How slowly the mean of their squares moves.</param>
        /// <param name="eps">Added to the root of that mean.</param>
        /// <param name="weight_decay">The share of each parameter, times the learning rate, that a step takes away.</param>
        /// <param name="amsgrad">Whether the greatest mean of squares so far is used.</param>
        /// <param name="maximize">Whether to climb.</param>
        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad,
                maximize = maximize,
            })
        { }

        /// <summary>How slowly the two means move.</summary>
        public (double, double) Betas
        {
            get => (Options.beta1!.Value, Options.beta2!.Value);
            set => (Options.beta1, Options.beta2) = value;
        }
    }
}
