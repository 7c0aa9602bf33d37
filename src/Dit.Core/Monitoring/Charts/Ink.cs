namespace Dit.Core;

/// <summary>What something is drawn with.</summary>
/// <param name="Class">Its name in a style sheet.</param>
/// <param name="Colour">Its colour where there is no style sheet, such as <c>#1f5fa8</c>.</param>
/// <param name="Width">How thick its lines are.</param>
internal sealed record Ink(string Class, string Colour, double Width = 1.8)
{
    public static readonly Ink Grid = new("grid", "#e2e6eb", 1);
    public static readonly Ink Text = new("text", "#6b7685", 1.1);
    public static readonly Ink Raw = new("raw", "#a9c7e8", 1);
    public static readonly Ink Curve = new("curve", "#1f5fa8");
    public static readonly Ink Mark = new("mark", "#c04020", 1.2);

    /// <summary>Whether the colour is not that of the style sheet.</summary>
    public bool IsOwnColour { get; private init; }

    /// <summary>A curve in a colour of its own.</summary>
    public static Ink Coloured(string colour) => Curve with { Colour = colour, IsOwnColour = true };
}
