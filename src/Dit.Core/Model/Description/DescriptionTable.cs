using System.Globalization;
using Dit.Torch;

namespace Dit.Core;

/// <summary>A description as text.</summary>
internal static class DescriptionTable
{
    private static readonly string[] Header = ["Layer", "Kind", "Output", "Count", "Parameters", "Multiply-adds"];

    /// <summary>The layers, equal ones of several blocks in one line, then sums and memory.</summary>
    public static string Of(ModelDescription description)
    {
        var equal = description.Layers.GroupBy(l =>
            (l.Block is null ? l.Name : NameInBlock(l), l.Kind, Shape(l), l.Parameters, l.TrainableParameters, l.MultiplyAdds));
        string[][] rows = [Header, .. equal.Select(layers => Row(layers.First(), layers.Last(), layers.Count()))];
        var widths = Header.Select((_, column) => rows.Max(r => r[column].Length)).ToArray();
        var lines = rows.Select(r => string.Join("  ", r.Select((cell, i) => i < 3 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
        return string.Join(Environment.NewLine, [.. lines, "", Sums(description), .. Memory(description)]);
    }

    private static string[] Row(LayerDescription first, LayerDescription last, int count) =>
    [
        count == 1 ? first.Name : $"blocks.{first.Block}-{last.Block}.{NameInBlock(first)}",
        first.Kind,
        Shape(first),
        count == 1 ? "" : Text($"{count} x"),
        first.Parameters == 0 ? "" : Text($"{first.Parameters:N0}"),
        first.MultiplyAdds == 0 ? "" : Scaled(first.MultiplyAdds),
    ];

    private static string Sums(ModelDescription d) =>
        Text($"{d.Parameters:N0} parameters, {d.TrainableParameters:N0} of them trained; {Scaled(d.MultiplyAdds)} multiply-adds for an image");

    private static IEnumerable<string> Memory(ModelDescription d)
    {
        foreach (var precision in new[] { Precision.Float32, Precision.BFloat16 })
        {
            var (kept, again) = (d.TrainingMemory(precision), d.TrainingMemory(precision, activationCheckpointing: true));
            if (precision == Precision.Float32)
            {
                yield return $"Weights {Bytes(kept.Weights)}; for training also gradients {Bytes(kept.Gradients)}, "
                    + $"AdamW {Bytes(kept.Optimizer)}, averaged weights {Bytes(kept.Average)}";
            }
            yield return Text($"Memory at batch {d.BatchSize} in {precision}: training {Bytes(kept.Peak)} (activations {Bytes(kept.Activations)}), ")
                + $"with activation checkpointing {Bytes(again.Peak)} ({Bytes(again.Activations)}), sampling {Bytes(d.SamplingMemory(precision).Peak)}";
        }
    }

    private static string NameInBlock(LayerDescription layer) => layer.Name.Split('.', 3)[2];

    private static string Shape(LayerDescription layer) => string.Join(" x ", layer.OutputShape);

    private static string Bytes(long count) => Scaled(count) + "B";

    /// <summary>Three digits or more, in units of 1000.</summary>
    private static string Scaled(long count) => count switch
    {
        >= 1_000_000_000 => Text($"{count / 1e9:F2} G"),
        >= 1_000_000 => Text($"{count / 1e6:F1} M"),
        >= 1_000 => Text($"{count / 1e3:F1} k"),
        _ => Text($"{count} "),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
