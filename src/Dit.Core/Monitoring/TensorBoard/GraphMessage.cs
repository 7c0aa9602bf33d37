namespace Dit.Core;

/// <summary>A model as TensorFlow's <c>GraphDef</c>: a node per layer, an edge where one layer feeds another; residual connections are left out.</summary>
internal sealed class GraphMessage
{
    private readonly Protobuf _graph = new();
    private readonly ILookup<string, string> _scopes;
    private readonly HashSet<string> _names;
    private string[] _tokens = [], _condition = [], _before = [];

    private GraphMessage(ModelDescription description)
    {
        _names = [.. description.Layers.Select(l => l.Name)];
        _scopes = _names.ToLookup(Parent);
        string[] inputs = description.Config.Classes > 0 ? ["images", "times", "labels"] : ["images", "times"];
        foreach (var input in inputs)
            _graph.Message(1, new Protobuf().Text(1, input).Text(2, "Placeholder"));

        List<LayerDescription?> embeddings = [.. description.Layers.TakeWhile(l => l.Block is null)];
        foreach (var (layer, previous) in embeddings.Zip(embeddings.Prepend(null)))
            AddEmbedding(layer!, previous);
        if (!description.Config.IsAdaptive)
            _tokens = [.. _tokens, .. _condition];                            // the condition is among the tokens
        foreach (var layer in description.Layers.Skip(embeddings.Count))
            AddLayer(layer);
        _graph.Message(4, new Protobuf().Int(1, 22));
    }

    public static Protobuf Of(ModelDescription description) => new GraphMessage(description)._graph;

    /// <summary>A chain of layers from each input; parameters stand by themselves.</summary>
    private void AddEmbedding(LayerDescription layer, LayerDescription? previous)
    {
        var group = layer.Name.Split('.')[0];
        var chained = layer.Kind == "Linear" && previous?.Kind is "Linear" or "Patches" && Parent(previous.Name) == Parent(layer.Name);
        var input = group switch { _ when chained => previous!.Name, "x_embedder" => "images", "t_embedder" => "times", _ => "labels" };
        Add(layer, layer.Kind is "Parameter" or "Fixed" ? [] : [input]);
        ref var stream = ref group is "t_embedder" or "y_embedder" ? ref _condition : ref _tokens;
        stream = [.. stream.Where(name => name != input), layer.Name];
    }

    private void AddLayer(LayerDescription layer)
    {
        var name = layer.Name;
        if (name.Contains(".adaLN_modulation.", StringComparison.Ordinal))
        {
            Add(layer, _condition);
            return;
        }
        if (layer.Kind == "Parameter" || name.EndsWith("cross_attn.kv", StringComparison.Ordinal))
        {
            Add(layer, layer.Kind == "Parameter" ? [] : _condition);
            _tokens = [.. _tokens, name];
            return;
        }
        if (name.EndsWith(".k_norm", StringComparison.Ordinal))
        {
            Add(layer, _before);                                              // beside the queries' norm, not after it
            _tokens = [.. _tokens, name];
            return;
        }
        var modulation = $"{Parent(name)}.adaLN_modulation.1";
        var modulated = name.Contains("norm", StringComparison.Ordinal) && _names.Contains(modulation);
        Add(layer, modulated ? [.. _tokens, modulation] : _tokens);
        (_before, _tokens) = (_tokens, [name]);
    }

    private void Add(LayerDescription layer, IEnumerable<string> inputs)
    {
        var node = new Protobuf().Text(1, NodeName(layer.Name)).Text(2, layer.Kind);
        foreach (var input in inputs)
            node.Text(3, NodeName(input));
        node.Message(5, Attribute("_output_shapes", new Protobuf().Message(1, new Protobuf().Message(7, Shape(layer)))));
        node.Message(5, Attribute("parameters", new Protobuf().Int(3, layer.Parameters)));
        node.Message(5, Attribute("multiply_adds", new Protobuf().Int(3, layer.MultiplyAdds)));
        _graph.Message(1, node);
    }

    private static Protobuf Attribute(string name, Protobuf value) => new Protobuf().Text(1, name).Message(2, value);

    private static Protobuf Shape(LayerDescription layer) =>
        layer.OutputShape.Aggregate(new Protobuf(), (shape, size) => shape.Message(2, new Protobuf().Int(1, size)));

    /// <summary>Scopes instead of dots; a layer that others lie in moves in among them.</summary>
    private string NodeName(string layer) => (_scopes.Contains(layer) ? $"{layer}.product" : layer).Replace('.', '/');

    private static string Parent(string name) => name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : "";
}
