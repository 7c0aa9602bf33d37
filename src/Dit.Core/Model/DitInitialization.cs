using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.init;

namespace Dit.Core;

/// <summary>The initial weights.</summary>
/// <remarks>
/// The official ones: products are Xavier-uniform with zero biases (the fused qkv counts as one matrix, the patch convolution as its flattened
/// matrix); label table, time MLP, registers and learned positions are normal with deviation 0.02; modulations and the last product are zero.
/// Norms start as they are created.
/// </remarks>
internal static class DitInitialization
{
    private const double EmbeddingDeviation = 0.02;

    public static void Apply(DitModel model, Generator? generator)
    {
        using var _ = no_grad();
        var kind = model.Config.Quirks.InitialWeights;
        foreach (var (path, module) in model.named_modules().Append((name: "", module: model)))
        {
            foreach (var (name, parameter) in module.named_parameters(recurse: false))
            {
                if (parameter.requires_grad && module is not (LayerNorm or RmsNorm or ScaleNorm) && name != "value_mix")
                    Fill(kind, path.Length == 0 ? name : $"{path}.{name}", parameter, module, generator);
            }
        }
    }

    private static void Fill(InitialWeights kind, string name, Parameter parameter, nn.Module module, Generator? generator)
    {
        var startsAtZero = name.Contains("adaLN_modulation", StringComparison.Ordinal) || name.StartsWith("final_layer.", StringComparison.Ordinal);
        if (startsAtZero && kind != InitialWeights.Torch)
            zeros_(parameter);
        else if (name == "pos_embed" && kind == InitialWeights.Torch)
            uniform_(parameter, 0, 1, generator);
        else if (name == "register_tokens")
            normal_(parameter, 0, kind == InitialWeights.JustADit ? 1 : EmbeddingDeviation, generator);
        else if (kind is InitialWeights.Torch or InitialWeights.Vachan && module is Linear or Convolution or Embedding)
            FillAsTorch(kind, parameter, module, generator);
        else if (name.EndsWith(".bias", StringComparison.Ordinal))
            zeros_(parameter);
        else if (name == "pos_embed" || name.StartsWith("t_embedder.", StringComparison.Ordinal) || name.StartsWith("y_embedder.", StringComparison.Ordinal))
            normal_(parameter, 0, EmbeddingDeviation, generator);
        else
            XavierUniform(parameter, generator);
    }

    /// <summary>PyTorch's own: products and their biases within 1 / sqrt(inputs), tables normal; VachanVY's patches and labels as the official ones.</summary>
    private static void FillAsTorch(InitialWeights kind, Parameter parameter, nn.Module module, Generator? generator)
    {
        if (module is Embedding)
        {
            normal_(parameter, 0, kind == InitialWeights.Vachan ? EmbeddingDeviation : 1, generator);
        }
        else if (module is Convolution && kind == InitialWeights.Vachan)
        {
            if (parameter.ndim == 1)
                zeros_(parameter);
            else
                XavierUniform(parameter, generator);
        }
        else
        {
            var weight = module is Linear linear ? linear.weight : ((Conv2d)module).weight;
            var bound = 1 / Math.Sqrt(weight.numel() / weight.shape[0]);
            uniform_(parameter, -bound, bound, generator);
        }
    }

    /// <summary>Uniform within sqrt(6 / (rows + columns)) of zero, for [rows, ...] seen as a matrix.</summary>
    private static void XavierUniform(Parameter weight, Generator? generator)
    {
        var rows = weight.shape[0];
        var bound = Math.Sqrt(6.0 / (rows + weight.numel() / rows));
        uniform_(weight, -bound, bound, generator);
    }
}
