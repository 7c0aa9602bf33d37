using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a safetensors file says about one tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Offset">First byte in the data section.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafeTensorsEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Offset, long Length);
