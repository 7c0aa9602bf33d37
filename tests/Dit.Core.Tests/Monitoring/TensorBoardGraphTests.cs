namespace Dit.Core.Tests;

public sealed class TensorBoardGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, DitConfig> Configurations => new()
    {
        { "adaLN-Zero", Models.Tiny },
        { "cross-attention", Models.Tiny with { Block = BlockType.CrossAttention, QueryKeyNorm = NormType.RmsNorm } },
        { "in context", Models.Tiny with { Block = BlockType.InContext } },
        { "everything", Models.Tiny with { QueryKeyNorm = NormType.LayerNorm, ValueResidual = true, Registers = 2, MlpActivation = Activation.SwiGlu } },
        { "tokens", Models.Tiny with { Block = BlockType.CrossAttention, Condition = ConditionType.Tokens } },
        { "unconditional", Models.Tiny with { Classes = 0, LabelDropout = 0 } },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_layer_is_a_node_that_the_output_depends_on(string name, DitConfig config)
    {
        using var writer = new TensorBoardWriter(_folder[name]);
        var description = config.Describe(batchSize: 3);
        writer.AddGraph(description);
        var nodes = EventReader.Events(writer.Path).Single(e => e.Has(4)).Message(4).Messages(1);
        var inputs = nodes.ToDictionary(n => n.Text(1), n => n.Texts(3));                       // unique names, or this throws
        var placeholders = nodes.Where(n => n.Text(2) == "Placeholder").Select(n => n.Text(1)).ToArray();
        Assert.Equal(description.Layers.Count + placeholders.Length, nodes.Length);
        Assert.Equal(config.Classes > 0 ? 3 : 2, placeholders.Length);
        Assert.All(nodes, n => Assert.Matches("^[A-Za-z0-9.][A-Za-z0-9_>./]*$", n.Text(1)));

        var known = new HashSet<string>();
        foreach (var node in nodes.OrderBy(n => Depth(n.Text(1), 0)))                           // Depth throws where there is a cycle
        {
            Assert.All(node.Texts(3), input => Assert.Contains(input, known));
            known.Add(node.Text(1));
        }
        var used = new HashSet<string>();
        Visit("final_layer/linear");
        Assert.Equal(inputs.Keys.Order(), used.Order());
        Assert.DoesNotContain(inputs.Keys, k => inputs.Keys.Any(other => other.StartsWith(k + "/", StringComparison.Ordinal)));     // a node is no scope

        var shapes = nodes.Where(n => n.Has(5)).ToDictionary(
            n => n.Text(1), n => Attribute(n, "_output_shapes").Message(1).Message(7).Messages(2).Select(d => d.Int(1)));
        Assert.Equal(description.Layers.Single(l => l.Name == "final_layer.linear").OutputShape, shapes["final_layer/linear"]);
        Assert.Equal(description.Parameters, nodes.Where(n => n.Has(5)).Sum(n => Attribute(n, "parameters").Int(3)));

        int Depth(string node, int steps) => steps > inputs.Count ? throw new InvalidDataException("a cycle")
            : inputs[node].Length == 0 ? 0 : 1 + inputs[node].Max(i => Depth(i, steps + 1));

        void Visit(string node)
        {
            if (used.Add(node))
                foreach (var input in inputs[node])
                    Visit(input);
        }
    }

    [Fact]
    public void Edges_are_those_of_the_block()
    {
        using var writer = new TensorBoardWriter(_folder["run"]);
        writer.AddGraph((Models.Tiny with { QueryKeyNorm = NormType.RmsNorm }).Describe());
        var inputs = EventReader.Events(writer.Path).Single(e => e.Has(4)).Message(4).Messages(1).ToDictionary(n => n.Text(1), n => n.Texts(3));
        Assert.Equal(["pos_embed", "x_embedder/proj", "blocks/0/adaLN_modulation/1"], inputs["blocks/0/norm1"]);
        Assert.Equal(["blocks/0/norm1"], inputs["blocks/0/attn/qkv"]);
        Assert.Equal(["blocks/0/attn/qkv"], inputs["blocks/0/attn/q_norm"]);
        Assert.Equal(["blocks/0/attn/qkv"], inputs["blocks/0/attn/k_norm"]);
        Assert.Equal(["blocks/0/attn/q_norm", "blocks/0/attn/k_norm"], inputs["blocks/0/attn/product"]);
        Assert.Equal(["blocks/0/attn/proj", "blocks/0/adaLN_modulation/1"], inputs["blocks/0/norm2"]);
        Assert.Equal(["t_embedder/mlp/2", "y_embedder/embedding_table"], inputs["blocks/1/adaLN_modulation/1"]);
        Assert.Equal(["blocks/0/mlp/fc2", "blocks/1/adaLN_modulation/1"], inputs["blocks/1/norm1"]);
        Assert.Equal(["t_embedder/mlp/0"], inputs["t_embedder/mlp/2"]);
        Assert.Equal(["times"], inputs["t_embedder/mlp/0"]);
        Assert.Equal(["labels"], inputs["y_embedder/embedding_table"]);
    }

    private static ProtoMessage Attribute(ProtoMessage node, string name) => node.Messages(5).Single(a => a.Text(1) == name).Message(2);
}
