using System.Text;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>An open file of named tensors: what it has is known and checked, the tensors are read one by one.</summary>
public abstract class TensorFile : IDisposable
{
    private protected TensorFile(string path) => Path = path;

    /// <value>The path it was opened from.</value>
    public string Path { get; }

    /// <value>The file's tensors by key, in its order.</value>
    public abstract IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <value>The file's metadata.</value>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a file of weights of any format that is known: what it is, its contents say, not its name.</summary>
    /// <param name="path">
    /// A safetensors file, the index (<c>*.safetensors.index.json</c>) of a sharded one, a file of PyTorch's <c>torch.save</c>, or a folder
    /// that has one of them.
    /// </param>
    /// <returns>The open file, which the caller owns.</returns>
    /// <exception cref="CheckpointException">The file is of no known format, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            path = WeightFolder.Find(path);
        return Format(path) switch
        {
            TensorFileFormat.SafeTensors => SafeTensorsFile.Open(path),
            TensorFileFormat.Index => ShardedFile.Open(path),
            _ => PyTorchFile.Open(path),
        };
    }

    /// <summary>Reads a tensor into host memory.</summary>
    /// <param name="name">Its key.</param>
    /// <returns>A new contiguous tensor, which the caller owns.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or the tensor's data are damaged.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var tensor = empty([.. entry.Shape], entry.Dtype);
        try
        {
            Fill(entry, tensor);
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
    /// <exception cref="CheckpointException">The file has no such tensor, its shape differs, or its data are damaged.</exception>
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
            Fill(entry, detached);
            return;
        }
        using var read = Read(name);
        target.copy_(read);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    /// <param name="disposing">Whether it is disposed, not finalized.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Reads the elements of an entry into a contiguous host tensor of its type and shape.</summary>
    private protected abstract void Fill(TensorEntry entry, Tensor target);

    private TensorEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Entries.TryGetValue(name, out var entry)
            ? entry
            : throw new CheckpointException($"'{Path}' has no tensor '{name}'.");
    }

    private static TensorFileFormat Format(string path)
    {
        Span<byte> start = stackalloc byte[32];
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        // A safetensors file begins with the length of its header, which may look like anything, but a text has no zeros.
        var isText = !start.Contains((byte)0);
        if (start is [_, _, _, _, _, _, _, _, (byte)'{', ..] && !(start[0] == (byte)'{' && isText))
            return TensorFileFormat.SafeTensors;
        if (start is [(byte)'P', (byte)'K', ..] or [0x80, < 16, ..])
            return TensorFileFormat.PyTorch;
        if (start is [(byte)'{', ..])
            return TensorFileFormat.Index;
        throw new CheckpointException($"'{path}' is no file of weights: {Description(start)}.");
    }

    private static string Description(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            return "it is empty";
        if (start.StartsWith("version https://git-lfs"u8))
            return "it is a Git LFS pointer to one; fetch the file itself with 'git lfs pull'";
        if (start[0] == (byte)'<')
            return "it is an HTML or XML page, perhaps what a server said instead of sending it";
        return $"it starts with neither a safetensors header nor PyTorch's marks, but with {Convert.ToHexString(start[..Math.Min(start.Length, 8)])}"
            + (start.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? "" : $" ('{Encoding.ASCII.GetString(start[..Math.Min(start.Length, 8)])}')");
    }
}
