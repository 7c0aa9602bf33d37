using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a file of weights says about one tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Length">Number of bytes of its elements.</param>
public sealed record TensorEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Length);
