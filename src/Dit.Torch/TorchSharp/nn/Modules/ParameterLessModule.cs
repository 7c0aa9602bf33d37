using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A module that has no parameters, buffers or submodules, and cannot be given any.</summary>
/// <typeparam name="T1">The type of the input.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class ParameterLessModule<T1, TResult> : Module<T1, TResult>
{
    /// <summary>Creates the module.</summary>
    /// <param name="name">Its name.</param>
    protected ParameterLessModule(string name) : base(name) { }

    /// <inheritdoc/>
    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw Refusal("buffer");

    /// <inheritdoc/>
    public override void register_module(string name, Module submodule) => throw Refusal("submodule");

    /// <inheritdoc/>
    public override void register_parameter(string name, Parameter param) => throw Refusal("parameter");

    private InvalidOperationException Refusal(string what) => new($"{GetName()} cannot be given a {what}: it is a module without components.");
}
