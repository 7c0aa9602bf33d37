using System.Globalization;

namespace Dit.Core;

/// <summary>The named configurations.</summary>
internal static class DitPresets
{
    private static readonly Dictionary<string, Func<int, DitConfig>> Sizes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["S"] = DitConfig.S, ["B"] = DitConfig.B, ["L"] = DitConfig.L, ["XL"] = DitConfig.XL,
    };

    private static readonly Dictionary<string, DitConfig> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Panda"] = DitConfig.Panda, ["Vachan-CelebA"] = DitConfig.VachanCelebA, ["Vachan-MNIST"] = DitConfig.VachanMnist,
        ["Just-a-DiT"] = DitConfig.JustADit, ["Owen-MNIST"] = DitConfig.OwenMnist,
    };

    public static DitConfig Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Others.TryGetValue(name.Trim(), out var other))
            return other;
        var parts = name.Trim().Split('/');
        var size = parts[0].StartsWith("DiT-", StringComparison.OrdinalIgnoreCase) ? parts[0][4..] : parts[0];
        if (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var patch) && patch > 0
            && Sizes.TryGetValue(size, out var create))
        {
            return create(patch);
        }
        throw new ArgumentException(
            $"'{name}' is no preset. Write a size and a patch size, such as DiT-S/4, DiT-B/2, DiT-L/8 or DiT-XL/2, or one of {string.Join(", ", Others.Keys)}.",
            nameof(name));
    }
}
