using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Projects the tokens of another encoder, such as a text's, to the width of the model.</summary>
/// <remarks>Sequences of different lengths are padded with tokens of zeros, which are not attended to.</remarks>
public sealed class TokenEmbedder : ConditionEmbedder
{
    private readonly Linear proj;
    private readonly Parameter? none;

    /// <summary>Creates the embedder.</summary>
    /// <param name="config">The model's configuration; <see cref="DitConfig.Classes"/> is the width of the tokens.</param>
    public TokenEmbedder(DitConfig config) : base(nameof(TokenEmbedder), config)
    {
        ArgumentNullException.ThrowIfNull(config);
        proj = Linear(config.Classes, config.Width);
        none = config.HasNullClass ? Parameter(zeros(config.Width)) : null;                           // [D]
        RegisterComponents();
    }

    /// <param name="tokens">[B, L, V]; a sequence with NaN has none, a token of zeros is padding.</param>
    /// <param name="dropped">Which sequences to take as none, [B], bool; <see langword="null"/> for no more.</param>
    /// <returns>Embeddings, [B, L, D]; each token of a sequence that has none is the same learned one.</returns>
    public override Tensor forward(Tensor tokens, Tensor? dropped)
    {
        using var scope = NewDisposeScope();
        var v = tokens.to(proj.weight.dtype);                                                         // [B, L, V]
        if (none is null)
        {
            RequireNull(dropped);
            return proj.call(v).MoveToOuterDisposeScope();                                            // [B, L, D]
        }
        var (known, without) = Split(v, dropped);
        return where(without.view(-1, 1, 1), none, proj.call(known)).MoveToOuterDisposeScope();       // [B, L, D]
    }

    internal override Tensor None(long batch, Device device) => full([batch, 1, Config.Classes], double.NaN, float32, device);    // [B, 1, V]

    /// <summary>A sequence that has none is one token, however long it is.</summary>
    internal override Tensor Mask(Tensor tokens, Tensor? dropped)
    {
        using var scope = NewDisposeScope();
        var attended = tokens.ne(0).any(dim: 2);                                                      // [B, L]
        var without = none is null ? null : Split(tokens, dropped).None;                              // [B]
        if (without is null)
            return attended.MoveToOuterDisposeScope();
        var first = arange(tokens.shape[1], device: tokens.device).eq(0);                             // [L]
        return where(without.unsqueeze(1), first, attended).MoveToOuterDisposeScope();                // [B, L]
    }

    internal override void Check(Tensor tokens, long batch, string parameter)
    {
        if (tokens.shape is not [var count, > 0, var width] || count != batch || width != Config.Classes || !tokens.is_floating_point())
        {
            throw new ArgumentException($"The conditions are {tokens.dtype} {ModelInputs.Shape(tokens)}, but the model takes one sequence of tokens per image: "
                + $"floating point [{batch}, L, {Config.Classes}] (DitConfig.Condition = Tokens, Classes = {Config.Classes}).", parameter);
        }
    }
}
