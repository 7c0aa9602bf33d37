namespace TorchSharp;

/// <summary>Text of shapes for messages: <c>[8, 3, 32, 32]</c>.</summary>
internal static class Shape
{
    internal static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
