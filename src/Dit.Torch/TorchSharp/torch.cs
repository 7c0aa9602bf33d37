namespace TorchSharp;

/// <summary>TorchSharp's entry point: creation of tensors, operators, and the namespaces nn, optim, autograd, cuda.</summary>
/// <remarks>A strict subset of the API of the package TorchSharp, on the machine's own libtorch. Use it by <c>using static TorchSharp.torch;</c>.</remarks>
public static partial class torch;
