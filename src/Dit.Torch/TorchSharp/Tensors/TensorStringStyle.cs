namespace TorchSharp;

/// <summary>How a tensor is written as text.</summary>
public enum TensorStringStyle
{
    /// <summary>Shape, element type and device.</summary>
    Metadata = 0,

    /// <summary>Metadata and the elements, as NumPy writes them.</summary>
    Numpy = 2,
}
