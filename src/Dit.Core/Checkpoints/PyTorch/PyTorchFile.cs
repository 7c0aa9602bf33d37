using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>An open file of PyTorch's <c>torch.save</c>, in the zip format or the legacy one (before 1.6). Nothing in it is run.</summary>
/// <remarks>
/// The tensors in nested dictionaries, lists and tuples are in <see cref="Entries"/> under their paths, joined with dots, such as
/// <c>ema.blocks.0.attn.qkv.weight</c>; a tensor alone has the empty key. What else is in the file is in <see cref="Root"/>. A pickle that
/// names a type or function beyond those that plain weights need is refused. Reading a tensor that is not stored contiguously needs as
/// much memory again for as long as it takes.
/// </remarks>
public sealed class PyTorchFile : TensorFile
{
    private readonly InputFile _file;
    private readonly Dictionary<string, PickledTensor> _tensors;
    private readonly Dictionary<string, TensorEntry> _entries;
    private readonly IStorageSource _storages;

    private PyTorchFile(InputFile file, PickleValue root, Dictionary<string, PickledTensor> tensors, IStorageSource storages) : base(file.Path)
    {
        (_file, Root, _tensors, _storages) = (file, root, tensors, storages);
        _entries = tensors.ToDictionary(
            t => t.Key, t => new TensorEntry(t.Key, t.Value.Storage.Dtype, t.Value.Shape, t.Value.Count * t.Value.Storage.ElementSize));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <value>What was saved: tensors and all else, as a tree.</value>
    public PickleValue Root { get; }

    /// <summary>Opens a file and checks all of it but the tensors' values.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">It is no file of <c>torch.save</c>, is damaged, or holds more than plain data.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static new PyTorchFile Open(string path)
    {
        var file = InputFile.Open(path);
        try
        {
            var budget = new MemoryBudget(file.Length);
            Span<byte> start = stackalloc byte[2];
            if (file.Length >= start.Length)
                file.Read(0, start);
            IStorageSource storages = start.SequenceEqual("PK"u8) ? ZipStorages.Open(file, budget) : LegacyStorages.Open(file, budget);
            return new PyTorchFile(file, storages.Root, PickleTree.Tensors(storages.Root, budget), storages);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            file.Dispose();
            throw Unreadable(path, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();

    private protected override void Fill(TensorEntry entry, Tensor target)
    {
        var tensor = _tensors[entry.Name];
        try
        {
            if (tensor.IsContiguous)
            {
                _storages.Read(tensor.Storage, tensor.Offset, target);
                return;
            }
            using var guard = no_grad();
            using var part = empty([tensor.Extent], entry.Dtype);
            _storages.Read(tensor.Storage, tensor.Offset, part);
            using var view = part.as_strided(tensor.Shape, tensor.Strides);
            target.copy_(view);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Unreadable(Path, e);
        }
    }

    private static CheckpointException Unreadable(string path, Exception e) => new($"'{path}' cannot be read: {e.Message}.", e);
}
