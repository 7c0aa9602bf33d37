using System.Globalization;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Times from data (0) to noise (1) in bins of equal width.</summary>
internal static class TimeBins
{
    /// <summary>What a bin is called, such as <c>0.1-0.2</c>.</summary>
    public static string Name(int bin, int bins) => string.Create(CultureInfo.InvariantCulture, $"{bin / (double)bins:0.0##}-{(bin + 1) / (double)bins:0.0##}");

    /// <summary>The bin of each time, [B], of the times' type.</summary>
    public static Tensor Of(Tensor times, int bins)
    {
        using var scope = NewDisposeScope();
        return (times * bins).floor().clamp(0, bins - 1).MoveToOuterDisposeScope();
    }
}
