using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>An open safetensors file: its header is read and checked, its tensors are read one by one.</summary>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly SafeTensorsHeader _header;

    private SafeTensorsFile(FileStream stream, SafeTensorsHeader header) => (_stream, _header) = (stream, header);

    /// <value>The file's tensors by key, in the order of its header.</value>
    public IReadOnlyDictionary<string, SafeTensorsEntry> Entries => _header.Entries;

    /// <value>The file's metadata.</value>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <value>The path it was opened from.</value>
    public string Path => _stream.Name;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no safetensors file, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafeTensorsFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new SafeTensorsFile(stream, SafeTensorsHeader.Read(stream, path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor into host memory.</summary>
    /// <param name="name">Its key.</param>
    /// <returns>A new tensor, which the caller owns.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var tensor = empty([.. entry.Shape], entry.Dtype);
        try
        {
            ReadBytes(entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor into an existing one of the same shape, converting type and device.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="target">Where it goes.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, or its shape differs.</exception>
    public void ReadInto(string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var entry = Find(name);
        if (!target.shape.SequenceEqual(entry.Shape))
        {
            throw new CheckpointException(
                $"'{Path}' does not fit: '{name}' is [{string.Join(", ", entry.Shape)}] in the file and {ModelInputs.Shape(target)} here.");
        }
        using var _ = no_grad();
        if (target.is_cpu() && target.dtype == entry.Dtype && target.is_contiguous())
        {
            using var detached = target.detach();
            ReadBytes(entry, detached);
            return;
        }
        using var read = Read(name);
        target.copy_(read);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private SafeTensorsEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Entries.TryGetValue(name, out var entry)
            ? entry
            : throw new CheckpointException($"'{Path}' has no tensor '{name}'.");
    }

    private void ReadBytes(SafeTensorsEntry entry, Tensor target)
    {
        _stream.Position = _header.DataStart + entry.Offset;
        TensorBytes.ForEachSpan(target, _stream.ReadExactly);
    }
}
