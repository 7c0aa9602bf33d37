using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>What the optimizers share: groups, state by parameter, and files of both.</summary>
public abstract class OptimizerHelper : Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    /// <summary>The options for groups that leave theirs open.</summary>
    protected OptimizerOptions _defaults = new();

    /// <summary>What is done in the pass over memory of the step.</summary>
    private protected StepCompanions Companions { get; private set; } = StepCompanions.None;

    /// <summary>Creates an optimizer without groups.</summary>
    public OptimizerHelper() : base(IntPtr.Zero) { }

    /// <summary>The options of each group and the state of each parameter: the objects themselves.</summary>
    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            var places = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                places.Add(result.State.Count);
                result.State.Add(states[parameter]);
            }
            result.Options.Add(group.Options);
            result.StateIndexRef.Add(places);
        }
        return result;
    }

    /// <summary>Copies options and state of an optimizer of the same class and groups.</summary>
    /// <param name="state_dict">What its <see cref="state_dict()"/> returned.</param>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var own = this.state_dict();
        CheckCounts(own, state_dict.Options.Count, state_dict.State.Count, nameof(state_dict));
        foreach (var (mine, theirs) in own.Options.Zip(state_dict.Options))
            if (!ReferenceEquals(mine, theirs)) mine.LoadStateDict(theirs);
        foreach (var (mine, theirs) in own.State.Zip(state_dict.State))
            if (!ReferenceEquals(mine, theirs)) mine.LoadStateDict(theirs);
    }

    /// <summary>Writes options and state to a file.</summary>
    /// <param name="location">The file's path.</param>
    public void save_state_dict(string location)
    {
        using var stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    /// <summary>Writes options and state.</summary>
    /// <param name="writer">The writer.</param>
    public void save_state_dict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var own = state_dict();
        writer.Write(GetType().Name);
        writer.Write7BitEncodedInt64(own.Options.Count);
        writer.Write7BitEncodedInt64(own.State.Count);
        foreach (var options in own.Options) options.SaveStateDict(writer);
        foreach (var state in own.State) state.SaveStateDict(writer);
    }

    /// <summary>Reads options and state from a file.</summary>
    /// <param name="location">A file that <see cref="save_state_dict(string)"/> wrote.</param>
    public void load_state_dict(string location)
    {
        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    /// <summary>Reads options and state.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="InvalidDataException">They are another optimizer's.</exception>
    /// <exception cref="ArgumentException">They have other numbers of groups or parameters.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var kind = reader.ReadString();
        if (kind != GetType().Name) throw new InvalidDataException($"The state is that of the optimizer '{kind}', not of '{GetType().Name}'.");
        var own = state_dict();
        CheckCounts(own, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), nameof(reader));
        foreach (var options in own.Options) options.LoadStateDict(reader);
        foreach (var state in own.State) state.LoadStateDict(reader);
    }

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">The device.</param>
    public void to(Device device)
    {
        foreach (var state in states.Values) state.to(device);
    }

    /// <summary>Runs the closure, and then a body for every group, without autograd and in a dispose scope of its own.</summary>
    /// <typeparam name="T">The class of the groups.</typeparam>
    /// <param name="body">What to do with a group.</param>
    /// <param name="loss_closure">Computes the loss and its gradients; may be null.</param>
    /// <returns>The loss, or null.</returns>
    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        ArgumentNullException.ThrowIfNull(body);
        Tensor? loss = null;
        if (loss_closure is not null)
            using (enable_grad())
                loss = loss_closure();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var group in _parameter_groups) body((T)group);
        return loss;
    }

    /// <summary>A step with what goes along with it: in one pass over memory, if the optimizer can.</summary>
    /// <returns>Whether it can; otherwise nothing was done.</returns>
    internal bool TryStep(StepCompanions companions)
    {
        if (this is not (Adam or AdamW)) return false;
        Companions = companions;
        try
        {
            step();
        }
        finally
        {
            Companions = StepCompanions.None;
        }
        companions.MoveOthers();
        return true;
    }

    /// <summary>Adds a group whose options are complete, and makes the state of its parameters.</summary>
    private protected void AddGroup(ParamGroup group, Func<Parameter, OptimizerState> state)
    {
        if (group.Parameters is null) throw new ArgumentException("The group has no parameters.", nameof(group));
        var parameters = group.Parameters = [.. group.Parameters];
        foreach (var parameter in parameters)
            if (parameter is null) throw new ArgumentException("A parameter is null.", nameof(group));
            else if (states.ContainsKey(parameter))
                throw new ArgumentException("A parameter is in two groups of the optimizer, or twice in one.", nameof(group));
        group.InitialLearningRate = group.LearningRate;
        foreach (var parameter in parameters)
        {
            var made = states[parameter] = state(parameter);
            made.Initialize(group.Options);
        }
        _parameter_groups.Add(group);
    }

    private protected OptimizerState StateOf(Parameter parameter) => states[parameter];

    /// <summary>The gradient, turned round to climb.</summary>
    private protected static Tensor? Gradient(Parameter parameter, bool maximize) => maximize ? parameter.grad?.neg() : parameter.grad;

    /// <summary>Frees the state of all parameters.</summary>
    private protected void DisposeStates()
    {
        foreach (var state in states.Values) (state as IDisposable)?.Dispose();
    }

    private static void CheckCounts(StateDictionary own, long options, long states, string argument)
    {
        if (options != own.Options.Count)
            throw new ArgumentException($"The state has {options} groups of parameters, the optimizer {own.Options.Count}.", argument);
        if (states != own.State.Count) throw new ArgumentException($"The state has {states} parameters, the optimizer {own.State.Count}.", argument);
    }
}
