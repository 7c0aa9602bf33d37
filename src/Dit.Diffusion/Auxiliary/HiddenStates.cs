using Dit.Core;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>Keeps the outputs of some blocks of a model's next forward pass, until it is disposed.</summary>
internal sealed class HiddenStates : IDisposable
{
    private readonly DitModel _model;
    private readonly Action<int, Tensor>? _before;
    private readonly Dictionary<int, Tensor?> _kept;

    private HiddenStates(DitModel model, IEnumerable<int> blocks)
    {
        (_model, _before, _kept) = (model, model.BlockOutput, blocks.ToDictionary(block => block, _ => (Tensor?)null));
        model.BlockOutput = Keep;
    }

    /// <returns>Null where no loss looks at a block.</returns>
    public static HiddenStates? Of(Network model, IReadOnlyList<IAuxiliaryLoss> losses)
    {
        int[] blocks = [.. losses.Select(loss => loss.Block).OfType<int>().Distinct()];
        if (blocks.Length == 0) return null;
        if (model is not DitModel dit)
            throw new ArgumentException($"An auxiliary loss looks at block {blocks[0]}, and {model.GetType().Name} does not hand out its blocks. Use a DitModel.", nameof(model));
        foreach (var block in blocks)
        {
            if (block < 0 || block >= dit.Config.Depth)
                throw new ArgumentException($"An auxiliary loss looks at block {block}, and the model has the blocks 0 to {dit.Config.Depth - 1}.", nameof(model));
        }
        return new(dit, blocks);
    }

    public Tensor? Of(int block) => _kept.GetValueOrDefault(block);

    public void Dispose()
    {
        _model.BlockOutput = _before;
        foreach (var tokens in _kept.Values) tokens?.Dispose();
    }

    private void Keep(int block, Tensor tokens)
    {
        _before?.Invoke(block, tokens);
        if (!_kept.TryGetValue(block, out var earlier)) return;
        using var scope = NewDisposeScope();
        earlier?.Dispose();
        _kept[block] = tokens.narrow(1, 0, _model.Config.Tokens).to(ScalarType.Float32).DetachFromDisposeScope();       // registers and context come after
    }
}
