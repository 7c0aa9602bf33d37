using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Stochastic gradient descent, with momentum (Sutskever et al. 2013, in PyTorch's form).</summary>
public partial class SGD : OptimizerHelper, IMomentum
{
    /// <summary>Creates the optimizer with one group.</summary>
    /// <param name="parameters">What to train.</param>
    /// <param name="lr">The size of a step.</param>
    /// <param name="momentum">How much of the last step is kept.</param>
    /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
    /// <param name="weight_decay">The strength of the L2 penalty.</param>
    /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
    /// <param name="maximize">Whether to climb.</param>
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0.0, double weight_decay = 0.0, bool nesterov = false,
        bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize) { }

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">Groups of what to train, each with its own options.</param>
    /// <param name="lr">The size of a step.</param>
    /// <param name="momentum">How much of the last step is kept.</param>
    /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
    /// <param name="weight_decay">The strength of the L2 penalty.</param>
    /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
    /// <param name="maximize">Whether to climb.</param>
    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0.0, double weight_decay = 0.0, bool nesterov = false,
        bool maximize = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(lr >= 0)) throw new ArgumentOutOfRangeException(nameof(lr), lr, "A learning rate is not negative.");
        if (!(momentum >= 0)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Not negative.");
        if (!(weight_decay >= 0)) throw new ArgumentOutOfRangeException(nameof(weight_decay), weight_decay, "Not negative.");
        if (nesterov && (momentum == 0 || dampening != 0)) throw new ArgumentException("Nesterov's form needs a momentum and no dampening.", nameof(nesterov));
        _defaults = new Options
        {
            LearningRate = lr, InitialLearningRate = lr, momentum = momentum, dampening = dampening,
            weight_decay = weight_decay, nesterov = nesterov, maximize = maximize,
        };
        foreach (var group in parameters) add_param_group(group);
    }

    /// <summary>The momentum, for groups added from now on.</summary>
    public double Momentum
    {
        get => Defaults.momentum!.Value;
        set => Defaults.momentum = value;
    }

    private Options Defaults => (Options)_defaults;

    /// <inheritdoc/>
    public override void add_param_group(Modules.ParamGroup param_group)
    {
        ArgumentNullException.ThrowIfNull(param_group);
        var options = (Options)(param_group.Options ??= new Options());
        options.LearningRate ??= Defaults.LearningRate;
        options.momentum ??= Defaults.momentum;
        options.dampening ??= Defaults.dampening;
        options.weight_decay ??= Defaults.weight_decay;
        options.nesterov ??= Defaults.nesterov;
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
        var (momentum, decay) = (options.momentum!.Value, options.weight_decay!.Value);
        foreach (var parameter in group.Parameters)
        {
            if (Gradient(parameter, options.maximize!.Value) is not { } gradient) continue;
            if (decay != 0) gradient = gradient.add(parameter, alpha: decay);
            if (momentum != 0)
            {
                var velocity = ((State)StateOf(parameter)).Accumulate(gradient, momentum, 1 - options.dampening!.Value);
                gradient = options.nesterov!.Value ? gradient.add(velocity, alpha: momentum) : velocity;
            }
            parameter.add_(gradient, alpha: -options.LearningRate!.Value);
        }
    }

    /// <summary>The options of a group; what is null is the optimizer's.</summary>
    public class Options : OptimizerOptions
    {
        /// <summary>How much of the last step is kept.</summary>
        public double? momentum;

        /// <summary>How much of the gradient is not taken into the momentum.</summary>
        public double? dampening;

        /// <summary>The strength of the L2 penalty.</summary>
        public double? weight_decay;

        /// <summary>Whether the gradient is looked up ahead.</summary>
        public bool? nesterov;

        /// <summary>Whether to climb.</summary>
        public bool? maximize;

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(momentum!.Value);
            writer.Write(dampening!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(nesterov!.Value);
            writer.Write(maximize!.Value);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            momentum = reader.ReadDouble();
            dampening = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            nesterov = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            var other = As<Options>(source);
            base.LoadStateDict(source);
            (momentum, dampening, weight_decay, nesterov, maximize) = (other.momentum, other.dampening, other.weight_decay, other.nesterov, other.maximize);
        }
    }

    /// <summary>Parameters with options of their own.</summary>
    public class ParamGroup : ParamGroup<Options>, IMomentum
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
        /// <param name="momentum">How much of the last step is kept.</param>
        /// <param name="dampening">How much of the gradient is not taken into the momentum.</param>
        /// <param name="weight_decay">The strength of the L2 penalty.</param>
        /// <param name="nesterov">Whether the gradient is looked up ahead.</param>
        /// <param name="maximize">Whether to climb.</param>
        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0.0, double weight_decay = 0.0,
            bool nesterov = false, bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov,
                maximize = maximize,
            })
        { }

        /// <summary>How much of the last step is kept.</summary>
        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
