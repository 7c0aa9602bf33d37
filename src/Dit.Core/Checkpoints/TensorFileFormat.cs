namespace Dit.Core;

/// <summary>Formats of files of weights.</summary>
internal enum TensorFileFormat
{
    SafeTensors,

    /// <summary>The index of a sharded safetensors file.</summary>
    Index,

    PyTorch,
}
