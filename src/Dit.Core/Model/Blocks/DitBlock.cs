using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A transformer block with conditioning.</summary>
/// <remarks>Parameter names are the official implementation's, so that its checkpoints load.</remarks>
public abstract class DitBlock : Module<Tensor, Conditioning, Tensor>
{
    private protected DitBlock(string name) : base(name)
    {
    }

    /// <summary>The block of a configuration.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="index">The block's place, from 0; the first one has no values of another to mix in.</param>
    internal static DitBlock Create(DitConfig config, int index) => config.Block switch
    {
        BlockType.AdaLNZero or BlockType.AdaLN => new AdaptiveBlock(config, index),
        BlockType.CrossAttention => new CrossAttentionBlock(config, index),
        BlockType.InContext => new InContextBlock(config, index),
        _ => throw new UnreachableException(),
    };

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">The conditioning.</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public abstract override Tensor forward(Tensor x, Conditioning c);

    /// <value>Whether the block leaves its attention values for those after it.</value>
    internal virtual bool LeavesValues => false;

    private protected static Module<Tensor, Tensor> CreateMlp(DitConfig config) => config.MlpActivation == Activation.SwiGlu
        ? new SwiGlu(config.Width, config.MlpWidth)
        : new Mlp(config.Width, config.MlpWidth, config.MlpActivation);
}
