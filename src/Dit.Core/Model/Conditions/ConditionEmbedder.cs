using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds what a model is conditioned on, or its absence.</summary>
/// <remarks>
/// Conditions of a floating type say "none" by NaN, so that guidance can put conditioned and unconditioned samples in one batch; classes
/// say it by the id of the null class.
/// </remarks>
public abstract class ConditionEmbedder : Module<Tensor, Tensor?, Tensor>
{
    private protected ConditionEmbedder(string name, DitConfig config) : base(name) => Config = config;

    private protected DitConfig Config { get; }

    /// <summary>The embedder of a configuration, or <see langword="null"/> for an unconditional model.</summary>
    internal static ConditionEmbedder? Create(DitConfig config) => config switch
    {
        { Classes: 0 } => null,
        { Condition: ConditionType.Classes } => new LabelEmbedder(config),
        { Condition: ConditionType.Attributes } => new AttributeEmbedder(config),
        { Condition: ConditionType.Vector } => new VectorEmbedder(config),
        { Condition: ConditionType.Tokens } => new TokenEmbedder(config),
        _ => throw new UnreachableException(),
    };

    /// <param name="condition">The conditions of a batch, as <see cref="ConditionType"/> says.</param>
    /// <param name="dropped">Which of them to replace by "none", [B], bool; <see langword="null"/> for none of them.</param>
    /// <returns>Embeddings, [B, D], or [B, L, D] of a sequence of tokens.</returns>
    public abstract override Tensor forward(Tensor condition, Tensor? dropped);

    /// <summary>The conditions of a batch that has none.</summary>
    internal virtual Tensor None(long batch, Device device) => full([batch, Config.Classes], double.NaN, float32, device);    // [B, V]

    /// <summary>Which tokens are to be attended to, [B, L], bool; <see langword="null"/> for all.</summary>
    internal virtual Tensor? Mask(Tensor condition, Tensor? dropped) => null;

    /// <summary>Checks that conditions are of the model's kind, one for each image, and where they are in host memory, in range.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal virtual void Check(Tensor condition, long batch, string parameter)
    {
        if (condition.shape is not [var count, var width] || count != batch || width != Config.Classes || !condition.is_floating_point())
        {
            throw new ArgumentException($"The conditions are {condition.dtype} {ModelInputs.Shape(condition)}, but the model takes one vector per image: "
                + $"floating point [{batch}, {Config.Classes}] (DitConfig.Condition = {Config.Condition}, Classes = {Config.Classes}).", parameter);
        }
    }

    /// <summary>Which conditions are "none": those asked for and those that are NaN, [B], bool; and the conditions with zeros in their place.</summary>
    private protected (Tensor Condition, Tensor None) Split(Tensor condition, Tensor? dropped)
    {
        RequireNull(dropped);
        var none = condition.isnan().flatten(1).any(dim: 1);                                          // [B]
        if (dropped is not null)
            none = none.logical_or(dropped);
        long[] rows = [-1, .. Enumerable.Repeat(1L, (int)condition.ndim - 1)];
        return (condition.masked_fill(none.view(rows), 0), none);
    }

    private protected void RequireNull(Tensor? dropped)
    {
        if (dropped is not null && !Config.HasNullClass)
            throw new ArgumentException("Labels cannot be dropped: the model has no null class (DitConfig.LabelDropout = 0).", nameof(dropped));
    }
}
