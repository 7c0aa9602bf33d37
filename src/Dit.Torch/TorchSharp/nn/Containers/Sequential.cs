using System.Globalization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules called one after the other, each with the result of the one before.</summary>
public class Sequential : Module<Tensor, Tensor>
{
    private readonly List<(string name, IModule<Tensor, Tensor> module)> stages = [];

    /// <summary>Creates the chain.</summary>
    /// <param name="modules">The modules and their names.</param>
    protected internal Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var (key, module) in modules) append(key, module);
    }

    /// <summary>Creates the chain.</summary>
    /// <param name="modules">The modules; their names are their positions.</param>
    protected internal Sequential(params Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules) append(module);
    }

    /// <summary>The number of modules.</summary>
    public int Count => stages.Count;

    /// <summary>The module at a position.</summary>
    /// <param name="index">The position.</param>
    public IModule<Tensor, Tensor> this[int index] => stages[index].module;

    /// <summary>A chain of some of the modules (the modules themselves, not copies).</summary>
    /// <param name="index">The first position and the one after the last.</param>
    public Sequential this[(int? start, int? end) index] => Slice(index.start ?? 0, index.end ?? Count);

    /// <summary>A chain of some of the modules (the modules themselves, not copies).</summary>
    /// <param name="index">Their positions.</param>
    public Sequential this[Range index]
    {
        get
        {
            var (offset, length) = index.GetOffsetAndLength(Count);
            return Slice(offset, offset + length);
        }
    }

    /// <summary>Adds a module at the end.</summary>
    /// <param name="module">The module; its name is its position.</param>
    /// <returns>This chain.</returns>
    public Sequential append(IModule<Tensor, Tensor> module) => append(Count.ToString(CultureInfo.InvariantCulture), module);

    /// <summary>Adds a module at the end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">The module.</param>
    /// <returns>This chain.</returns>
    public Sequential append(string name, IModule<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(module);
        register_module(name, module as Module ?? throw new ArgumentException($"{module.GetType()} is not a module.", nameof(module)));
        stages.Add((name, module));
        return this;
    }

    /// <summary>What the first module takes to what the last one gives.</summary>
    /// <param name="tensor">The input.</param>
    public override Tensor forward(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (Count == 0) return tensor.alias();
        var result = tensor;
        foreach (var (_, module) in stages)
        {
            var previous = result;
            result = module.call(previous);
            if (!ReferenceEquals(previous, tensor) && !ReferenceEquals(previous, result)) previous.Dispose();   // the graph holds what it needs
        }
        return result;
    }

    private Sequential Slice(int start, int end)
    {
        var slice = new Sequential(Array.Empty<Module<Tensor, Tensor>>());
        foreach (var (key, module) in stages[start..end]) slice.append(key, module);
        return slice;
    }
}
