using System.Globalization;

namespace Dit.Core;

/// <summary>Colours from blue over green and orange to red, to tell lines apart that have an order; seen on white and on black.</summary>
internal static class ColourRamp
{
    private static readonly (int R, int G, int B)[] Stops = [(0x2f, 0x6f, 0xc4), (0x25, 0xa1, 0x94), (0x8a, 0xb0, 0x3a), (0xe6, 0x9a, 0x1f), (0xcb, 0x3f, 0x45)];

    /// <summary>The colour of one of several, such as <c>#2f6fc4</c>.</summary>
    public static string At(int index, int count)
    {
        var place = count < 2 ? 0 : (Stops.Length - 1) * index / (double)(count - 1);
        var below = Math.Min((int)place, Stops.Length - 2);
        var (from, to, share) = (Stops[below], Stops[below + 1], place - below);
        int Mix(int a, int b) => (int)Math.Round(a + (b - a) * share);
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(from.R, to.R):x2}{Mix(from.G, to.G):x2}{Mix(from.B, to.B):x2}");
    }
}
