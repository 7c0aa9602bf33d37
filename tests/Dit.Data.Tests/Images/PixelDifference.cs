namespace Dit.Data.Tests;

internal static class PixelDifference
{
    /// <summary>Asserts one size and at most <paramref name="tolerance"/> levels of difference anywhere.</summary>
    public static void AssertWithin(int tolerance, PixelImage expected, PixelImage actual)
    {
        Assert.Equal((expected.Height, expected.Width, expected.Channels), (actual.Height, actual.Width, actual.Channels));
        var a = expected.Pixels.Span;
        var b = actual.Pixels.Span;
        for (var i = 0; i < a.Length; i++)
        {
            if (Math.Abs(a[i] - b[i]) > tolerance)
                Assert.Fail($"Byte {i} is {b[i]}, expected {a[i]} within {tolerance}, in an image of [{expected.Height}, {expected.Width}, {expected.Channels}].");
        }
    }
}
