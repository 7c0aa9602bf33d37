using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Parameters with options of their own.</summary>
public class ParamGroup : optim.ILearningRateController
{
    /// <summary>The parameters.</summary>
    public IEnumerable<Parameter> Parameters { get; set; } = [];

    /// <summary>The options; null before the group is given to an optimizer means the optimizer's.</summary>
    public OptimizerOptions Options { get; set; } = null!;

    /// <summary>The learning rate now.</summary>
    public double LearningRate
    {
        get => Options.LearningRate ?? throw new InvalidOperationException("The group belongs to no optimizer yet.");
        set => Options.LearningRate = value;
    }

    /// <summary>The learning rate at first.</summary>
    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }
}

/// <summary>Parameters with options of an optimizer's own class.</summary>
/// <typeparam name="TOptions">That class.</typeparam>
public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
{
    /// <summary>Creates an empty group.</summary>
    public ParamGroup() { }

    /// <summary>Creates a group.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">The options, or null for the optimizer's.</param>
    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
    {
        Parameters = parameters;
        base.Options = options!;
    }

    /// <summary>The options.</summary>
    public new TOptions Options
    {
        get => (TOptions)base.Options;
        set => base.Options = value;
    }
}
