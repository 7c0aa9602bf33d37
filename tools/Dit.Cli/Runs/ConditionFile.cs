using System.Globalization;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>Conditions that another program made, such as an encoder of texts, a row for each image.</summary>
internal static class ConditionFile
{
    /// <summary>What a model wants, in words.</summary>
    public static string Wanted(DitConfig model) =>
        $"give --conditions, a file (.safetensors, .pt, .npy or .csv) with {(model.Condition == ConditionType.Tokens ? "a sequence of tokens" : "a row")} of {model.Classes} numbers for each image";

    /// <summary>Reads conditions for a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="UsageException">The model takes none, or others.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of another kind.</exception>
    public static Conditions Read(string path, DitConfig model)
    {
        if (model.Classes == 0) throw new UsageException("The model was trained without conditions: leave out --conditions.");
        if (model.Condition == ConditionType.Classes) throw new UsageException("The model's conditions are classes: name them with --labels.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no '{path}'.");
        using var scope = NewDisposeScope();
        var values = Load(path).to(float32);
        var isTokens = model.Condition == ConditionType.Tokens;
        if (isTokens && values.ndim == 2) values = values.unsqueeze(0);                          // [1, L, V], a single sequence
        var fits = values.ndim == (isTokens ? 3 : 2) && values.numel() > 0 && values.shape[^1] == model.Classes;
        if (!fits) throw new UsageException($"'{path}' has the shape [{string.Join(", ", values.shape)}], but the model takes [N, {(isTokens ? "L, " : "")}{model.Classes}].");
        if (values.isinf().any().item<bool>()) throw new UsageException($"'{path}' has infinite numbers.");
        return new(values.MoveToOuterDisposeScope(), [.. Enumerable.Range(0, (int)values.shape[0]).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
    }

    private static Tensor Load(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" => NumPyFile.Read(path),
        ".csv" or ".txt" => ReadText(path),
        ".safetensors" or ".pt" or ".pth" => ReadTensor(path),
        var other => throw new UsageException($"'{path}' ends in '{other}'; conditions are read from .safetensors, .pt, .npy and .csv."),
    };

    private static Tensor ReadTensor(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Entries.Count == 1
            ? file.Read(file.Entries.Keys.First())
            : throw new UsageException($"'{path}' has {file.Entries.Count} tensors, but conditions are one.");
    }

    /// <summary>Rows of numbers; a first line of names is passed over.</summary>
    private static Tensor ReadText(string path)
    {
        var rows = new List<float[]>();
        foreach (var (line, text) in File.ReadLines(path).Index())
        {
            if (text.AsSpan().Trim().IsEmpty) continue;
            string[] words = text.Split(',', StringSplitOptions.TrimEntries);
            var row = new float[words.Length];
            var bad = Array.FindIndex(words, word => !float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
            if (bad >= 0 && line == 0) continue;
            if (bad >= 0) throw new InvalidDataException($"'{path}', line {line + 1}: '{words[bad]}' is no number.");
            if (rows.Count > 0 && rows[0].Length != words.Length) throw new InvalidDataException($"'{path}', line {line + 1}: there are {words.Length} numbers, but {rows[0].Length} in the lines before.");
            for (var i = 0; i < row.Length; i++) row[i] = float.Parse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture);
            rows.Add(row);
        }
        return rows.Count > 0 ? tensor(rows.SelectMany(row => row).ToArray(), [rows.Count, rows[0].Length]) : throw new InvalidDataException($"'{path}' has no numbers.");
    }
}
