namespace TorchSharp;

/// <summary>Where a tensor lives.</summary>
public enum DeviceType
{
    /// <summary>The processor.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,

    /// <summary>No memory: shapes and types only.</summary>
    META = 14,
}
