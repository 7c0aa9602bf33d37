using System.Diagnostics;

namespace Dit.Core;

/// <summary>Lists the layers of a model as the modules' constructors create them and as their forward passes use them.</summary>
internal sealed class LayerList
{
    private readonly List<LayerDescription> _layers = [];
    private readonly DitConfig _config;
    private readonly long _batch, _width, _heads, _attention, _conditions, _tokens;
    private int? _block;

    /// <param name="config">The architecture.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="conditionTokens">Tokens of a condition that is a sequence.</param>
    private LayerList(DitConfig config, int batchSize, int conditionTokens)
    {
        _config = config;
        (_batch, _width, _heads, _attention) = (batchSize, config.Width, config.Heads, config.AttentionWidth);
        _conditions = config switch { { Classes: 0 } => 0, { Condition: ConditionType.Tokens } => conditionTokens, _ => 1 };
        _tokens = config.Tokens + config.Registers + (config.Block == BlockType.InContext ? 1 + _conditions : 0);
    }

    public static ModelDescription Describe(DitConfig config, int batchSize, int conditionTokens)
    {
        var list = new LayerList(config, batchSize, conditionTokens);
        list.AddEmbeddings();
        for (var i = 0; i < config.Depth; i++)
            list.AddBlock(i);
        list.AddFinalLayer();
        return new()
        {
            Config = config, BatchSize = batchSize, Layers = list._layers, BlockInput = list.BlockInput, Training = list.Training, Sampling = list.Sampling,
        };
    }

    /// <value>What a block takes and gives.</value>
    private Kept BlockInput => new(Wide: _tokens * _width);

    /// <value>What comes and goes in the backward pass of a block: gradients of its tokens, their norm and the widest operands.</value>
    private Kept Training => BlockInput + new Kept(Narrow: _tokens * _width + Math.Max(AttentionOperands, MlpOperands));

    /// <value>What the last block finds and makes: every block's tokens, which live as long as the pass, and all results of its own.</value>
    private Kept Sampling =>
        BlockInput * 3 + new Kept(Narrow: 4 * _tokens * _width + Math.Max(AttentionOperands, MlpOperands));

    private long AttentionOperands => 4 * _tokens * _attention;

    private long MlpOperands => _tokens * (_config.MlpActivation == Activation.SwiGlu ? 3 : 2) * _config.MlpWidth;

    private void AddEmbeddings()
    {
        var (tokens, elements) = ((long)_config.Tokens, (long)_config.Channels * _config.PatchSize * _config.PatchSize);
        if (_config.Positions != PositionType.None)
        {
            var learned = _config.Positions == PositionType.Learned;
            Add("pos_embed", learned ? "Parameter" : "Fixed", [1, tokens, _width], tokens * _width, trainable: learned);
        }
        if (_config.Registers > 0)
            Add("register_tokens", "Parameter", [1, _config.Registers, _width], _config.Registers * _width);

        var patch = _config.Quirks.TwoStepPatches ? elements : _width;
        Linear("x_embedder.proj", [tokens], elements, patch, kind: "Patches");
        if (_config.Quirks.TwoStepPatches)
            Linear("x_embedder.linear", [tokens], patch, _width);

        for (var i = 0; i < _config.Time.Mlps; i++)
        {
            Linear($"t_embedder.mlp.{3 * i}", [], i == 0 ? _config.Time.Width : _width, _width, Keeps(_config.Time.Activation, _width));
            Linear($"t_embedder.mlp.{3 * i + 2}", [], _width, _width, keepsMore: _width);
        }
        if (_config.Classes > 0)
            AddCondition(_config.Classes, _config.HasNullClass ? _width : 0);
    }

    private void AddCondition(long size, long none)
    {
        switch (_config.Condition)
        {
            case ConditionType.Classes:
                Add("y_embedder.embedding_table", "Embedding", [_batch, _width], size * _width + none);
                break;
            case ConditionType.Attributes:
                Add("y_embedder.present", "Attributes", [_batch, _width], size * _width, size * _width);
                Add("y_embedder.absent", "Attributes", [_batch, _width], size * _width, size * _width);
                AddNone(none);
                break;
            case ConditionType.Vector:
                AddNone(none);
                Linear("y_embedder.mlp.0", [], size, _width, keepsMore: _width);
                Linear("y_embedder.mlp.2", [], _width, _width);
                break;
            case ConditionType.Tokens:
                AddNone(none);
                Linear("y_embedder.proj", [_conditions], size, _width);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void AddNone(long parameters)
    {
        if (parameters > 0)
            Add("y_embedder.none", "Parameter", [_width], parameters);
    }

    private void AddBlock(int index)
    {
        _block = index;
        var gated = _config.Block == BlockType.AdaLNZero;
        var branch = gated ? _tokens * _width : 0;                          // a gate keeps what it multiplies
        BlockNorm("norm1");
        AddSelfAttention(mixesValues: _config.ValueResidual && index > 0, branch);
        BlockNorm("norm2");
        if (_config.Block == BlockType.CrossAttention)
        {
            AddCrossAttention(1 + _conditions);
            BlockNorm("norm3");
        }
        AddMlp(_config.MlpWidth, branch);
        if (_config.IsAdaptive)
            Modulation("adaLN_modulation", gated ? 6 : 4);
        _block = null;
    }

    private void AddSelfAttention(bool mixesValues, long branch)
    {
        if (mixesValues)
            Add("attn.value_mix", "Parameter", [1], 1);
        Linear("attn.qkv", [_tokens], _width, 3 * _attention, keepsMore: _tokens * 3 * _attention);
        QueryKeyNorms("attn", _tokens, _tokens);
        Attention("attn", _tokens, _tokens, keepsMore: mixesValues ? _tokens * _attention : 0);
        Linear("attn.proj", [_tokens], _attention, _width, branch);
    }

    private void AddCrossAttention(long context)
    {
        Linear("cross_attn.q", [_tokens], _width, _attention, _tokens * _attention);
        Linear("cross_attn.kv", [context], _width, 2 * _attention, context * 2 * _attention);
        QueryKeyNorms("cross_attn", _tokens, context);
        Attention("cross_attn", _tokens, context);
        Linear("cross_attn.proj", [_tokens], _attention, _width);
    }

    private void AddMlp(long hidden, long branch)
    {
        if (_config.MlpActivation == Activation.SwiGlu)
        {
            Linear("mlp.w12", [_tokens], _width, 2 * hidden, keepsMore: _tokens * 2 * hidden);
            Linear("mlp.w3", [_tokens], hidden, _width, branch);
            return;
        }
        Linear("mlp.fc1", [_tokens], _width, hidden, Keeps(_config.MlpActivation, _tokens * hidden));
        Linear("mlp.fc2", [_tokens], hidden, _width, branch);
    }

    private void AddFinalLayer()
    {
        var plain = !_config.IsAdaptive || _config.Quirks.PlainFinalLayer;
        Norm("final_layer.norm_final", _config.Norm, [_config.Tokens, _width], modulated: !plain);
        Linear("final_layer.linear", [_config.Tokens], _width, (long)_config.PatchSize * _config.PatchSize * _config.FinalChannels);
        if (!plain)
            Modulation("final_layer.adaLN_modulation", 2);
    }

    private void BlockNorm(string name) => Norm(name, _config.Norm, [_tokens, _width], modulated: _config.IsAdaptive);

    private void QueryKeyNorms(string name, long queries, long keys)
    {
        if (_config.QueryKeyNorm is not { } type)
            return;
        Norm($"{name}.q_norm", type, [_heads, queries, _attention / _heads], inAttention: true);
        Norm($"{name}.k_norm", type, [_heads, keys, _attention / _heads], inAttention: true);
    }

    /// <summary>A layer norm that is modulated has no weights. One pass does both a norm and its modulation, and keeps the input. Attention makes the
    /// norms of its queries and keys again.</summary>
    private void Norm(string name, NormType type, long[] shape, bool modulated = false, bool inAttention = false)
    {
        var weightless = modulated && type == NormType.LayerNorm && !_config.Quirks.AffineNorms;
        var (width, elements) = (shape[^1], shape.Aggregate((a, b) => a * b));
        var kept = modulated || type == NormType.LayerNorm ? 1 : 2;         // the input, and what the gain multiplies
        Add(name, weightless ? "LayerNorm (no weights)" : $"{type}", [_batch, .. shape],
            type switch { _ when weightless => 0, NormType.LayerNorm => 2 * width, NormType.RmsNorm => width, _ => 1 },
            kept: new(Wide: inAttention ? 0 : kept * elements));
    }

    private void Modulation(string name, int parts) => Linear($"{name}.1", [], _width, parts * _width, parts * _width);

    /// <summary>One operator, which makes its scores tile by tile and keeps two numbers of each row of them.</summary>
    private void Attention(string name, long queries, long keys, long keepsMore = 0) =>
        Add(name, "Attention", [_batch, queries, _attention], 0, 2 * queries * keys * _attention, kept: new(Wide: 2 * _heads * queries, Narrow: keepsMore));

    /// <summary>A product of as many vectors of an image as the dimension of rows says. It keeps its input, and <paramref name="keepsMore"/>.</summary>
    private void Linear(string name, long[] rows, long from, long to, long keepsMore = 0, string kind = "Linear")
    {
        var count = rows.Aggregate(1L, (a, b) => a * b);
        Add(name, kind, [_batch, .. rows, to], from * to + to, count * from * to, kept: new(Narrow: count * from + keepsMore, Weights: from * to));
    }

    private void Add(string name, string kind, long[] shape, long parameters, long multiplyAdds = 0, bool trainable = true, Kept kept = default) =>
        _layers.Add(new(_block is { } block ? $"blocks.{block}.{name}" : name, kind, shape, parameters, trainable ? parameters : 0, multiplyAdds)
        {
            Block = _block, Kept = kept,
        });

    /// <summary>An activation keeps its input, but ReLU its result, which the product after it keeps anyway.</summary>
    private static long Keeps(Activation activation, long elements) => activation is Activation.ReLU or Activation.Identity ? 0 : elements;
}
