using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The storages of a file of PyTorch, and what was saved.</summary>
internal interface IStorageSource
{
    PickleValue Root { get; }

    /// <summary>Reads elements of a storage into a contiguous host tensor.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="target">As many elements as are read, of the storage's type.</param>
    /// <exception cref="InvalidDataException">The storage's data are damaged.</exception>
    void Read(PickledStorage storage, long offset, Tensor target);
}
