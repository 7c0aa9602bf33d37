using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimizer keeps of a parameter between steps; its tensors belong to no dispose scope.</summary>
public abstract class OptimizerState
{
    /// <summary>The parameter.</summary>
    protected Parameter _parameter;

    /// <summary>Creates the state.</summary>
    /// <param name="parameter">The parameter.</param>
    protected OptimizerState(Parameter parameter) => _parameter = parameter ?? throw new ArgumentNullException(nameof(parameter));

    /// <summary>Sets the state as it is before the first step.</summary>
    /// <param name="options">The options of the parameter's group.</param>
    public abstract void Initialize(OptimizerOptions options);

    /// <summary>Writes the state.</summary>
    /// <param name="writer">The writer.</param>
    public abstract void SaveStateDict(BinaryWriter writer);

    /// <summary>Reads the state.</summary>
    /// <param name="reader">The reader.</param>
    public abstract void LoadStateDict(BinaryReader reader);

    /// <summary>Copies the state.</summary>
    /// <param name="source">State of the same class.</param>
    public abstract void LoadStateDict(OptimizerState source);

    /// <summary>Whether another state is the same up to rounding.</summary>
    /// <param name="other">The other state.</param>
    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">The device.</param>
    public virtual void to(Device device) { }

    /// <summary>Writes a tensor that may be null.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="tensor">The tensor, or null.</param>
    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(tensor is not null);
        if (tensor is not null) tensor.Save(writer);
    }

    /// <summary>Reads a tensor that may be null.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="result">What was there, which is disposed; then the tensor, or null.</param>
    /// <param name="device">Where the tensor goes.</param>
    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device device)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadBoolean()) Keep(ref result, ReadTensor(reader, device));
        else Keep(ref result, null);
    }

    /// <summary>A zero for every element of the parameter.</summary>
    private protected Tensor Zeros() => zeros_like(_parameter, requires_grad: false);

    /// <summary>A copy of another state's tensor, on the parameter's device.</summary>
    [return: NotNullIfNotNull(nameof(tensor))]
    private protected Tensor? Copy(Tensor? tensor) => tensor?.to(tensor.dtype, _parameter.device, copy: true);

    private protected Tensor ReadTensor(BinaryReader reader) => ReadTensor(reader, _parameter.device);

    private static Tensor ReadTensor(BinaryReader reader, Device device) => TensorExtensionMethods.Load(reader).to(device, disposeAfter: true);

    /// <summary>Puts a tensor into a field of the state, outside all scopes, and frees what was there.</summary>
    private protected static void Keep<T>(ref T field, T value) where T : Tensor?
    {
        if (ReferenceEquals(field, value)) return;
        field?.Dispose();
        field = value;
        value?.DetachFromDisposeScope();
    }

    private protected static bool Close(Tensor? a, Tensor? b) => a is null || b is null ? a is null && b is null : a.allclose(b);

    /// <summary>State of the class that an optimizer has.</summary>
    private protected static T As<T>(OptimizerState source) where T : OptimizerState =>
        source as T ?? throw new ArgumentException($"The state is {source?.GetType()}, not {typeof(T)}.", nameof(source));
}
