namespace Dit.Core;

/// <summary>Describes models that exist.</summary>
public static class DitModelDescription
{
    /// <summary>Lists a model's layers with their shapes, parameters and multiply-adds, and estimates its memory; what is frozen counts as such.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batchSize">Images in a batch, B.</param>
    /// <param name="conditionTokens">Tokens of a condition, L, where the model takes sequences of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static ModelDescription Describe(this DitModel model, int batchSize = 1, int conditionTokens = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        var trainable = model.named_parameters().Where(p => p.parameter.requires_grad).ToLookup(p => LayerOf(p.name), p => p.parameter.numel());
        var description = model.Config.Describe(batchSize, conditionTokens);
        return description with { Layers = [.. description.Layers.Select(l => l with { TrainableParameters = trainable[l.Name].Sum() })] };
    }

    /// <summary>The layer of a parameter: what holds the weight or bias, or the parameter itself where nothing does.</summary>
    private static string LayerOf(string parameter)
    {
        var dot = parameter.LastIndexOf('.');
        return dot > 0 && parameter[(dot + 1)..] is "weight" or "bias" or "g" ? parameter[..dot] : parameter;
    }
}
