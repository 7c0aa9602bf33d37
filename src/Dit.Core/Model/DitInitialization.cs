using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The official initial weights.</summary>
/// <remarks>
/// Products are Xavier-uniform with zero biases (the fused qkv counts as one matrix, the patch convolution as its flattened
/// matrix); label table and time MLP are normal with deviation 0.02; modulations and the last product are zero.
/// </remarks>
internal static class DitInitialization
{
    private const double EmbeddingDeviation = 0.02;

    public static void Apply(DitModel model, Generator? generator)
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!parameter.requires_grad)
                continue;                                                   // the position table
            if (name.EndsWith(".bias", StringComparison.Ordinal) || StartsAtZero(name))
                init.zeros_(parameter);
            else if (name.StartsWith("t_embedder.", StringComparison.Ordinal) || name.StartsWith("y_embedder.", StringComparison.Ordinal))
                init.normal_(parameter, 0, EmbeddingDeviation, generator);
            else
                XavierUniform(parameter, generator);
        }
    }

    private static bool StartsAtZero(string name) =>
        name.Contains("adaLN_modulation", StringComparison.Ordinal) || name.StartsWith("final_layer.", StringComparison.Ordinal);

    /// <summary>Uniform within sqrt(6 / (rows + columns)) of zero, for [rows, ...] seen as a matrix.</summary>
    private static void XavierUniform(Parameter weight, Generator? generator)
    {
        var rows = weight.shape[0];
        var bound = Math.Sqrt(6.0 / (rows + weight.numel() / rows));
        init.uniform_(weight, -bound, bound, generator);
    }
}
