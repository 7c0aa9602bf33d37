using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a checkpoint is to hold, as it was at one step; it can be written later, and on another thread, if its tensors are copies.</summary>
internal sealed class CheckpointContents(CheckpointStore store, long step, Retention retention, bool copies) : IDisposable
{
    private readonly List<(string Name, Action<Stream> Write)> _files = [];
    private readonly List<Tensor> _tensors = [];

    /// <summary>A file of tensors.</summary>
    public void Add(string name, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var kept = tensors.ToDictionary(t => t.Key, t => Kept(t.Value));
        _files.Add((name, stream => SafeTensors.Write(stream, kept, metadata)));
    }

    /// <summary>A file of bytes.</summary>
    public void Add(string name, byte[] bytes) => _files.Add((name, stream => stream.Write(bytes)));

    /// <summary>Writes the checkpoint and deletes those that are too old.</summary>
    /// <returns>Its folder.</returns>
    public string Write()
    {
        var path = store.Save(step, _files);
        store.Prune(step, retention);
        return path;
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors)
            tensor.Dispose();
    }

    private Tensor Kept(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var kept = copies ? tensor.detach().to(CPU, copy: true) : tensor.detach();
        _tensors.Add(kept.DetachFromDisposeScope());
        return kept;
    }
}
