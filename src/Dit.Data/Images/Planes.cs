using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>From interleaved bytes [H, W, C] to the planes [C, H, W] of a tensor.</summary>
internal static class Planes
{
    private const int Lanes = 16;

    private static readonly (Vector128<byte>, Vector128<byte>, Vector128<byte>)[] Places =
        [.. new[] { false, true }.SelectMany(mirror => Enumerable.Range(0, 3).Select(channel => PlacesOf(channel, mirror)))];

    /// <summary>Writes [H, W, C] as [C, H, W]; <paramref name="mirror"/> swaps left and right.</summary>
    public static void FromPixels(PixelImage image, Span<byte> planes, bool mirror = false)
    {
        var pixels = image.Pixels.Span;
        var (width, channels) = (image.Width, image.Channels);
        if (channels == 1 && !mirror)
        {
            pixels.CopyTo(planes);
            return;
        }
        for (var y = 0; y < image.Height; y++) FromRow(pixels.Slice(y * width * channels, width * channels), channels, planes, channels, y, mirror);
    }

    /// <summary>Writes a row [W, C] where it belongs in planes [C, H, W]; a grey row into every plane.</summary>
    public static void FromRow(ReadOnlySpan<byte> row, int channels, Span<byte> planes, int count, int y, bool mirror)
    {
        var (width, plane) = (row.Length / channels, planes.Length / count);
        for (var c = 0; c < count; c++) Pick(row, Math.Min(c, channels - 1), channels, planes.Slice(c * plane + y * width, width), mirror);
    }

    /// <summary>One channel of a row, 16 pixels at a time.</summary>
    private static void Pick(ReadOnlySpan<byte> row, int channel, int channels, Span<byte> target, bool mirror)
    {
        var x = 0;
        if (channels == 3)
        {
            var (first, second, third) = Places[(mirror ? 3 : 0) + channel];
            for (; x <= target.Length - Lanes; x += Lanes)
            {
                var picked = Vector128.Shuffle(Vector128.Create(row[(3 * x)..]), first) | Vector128.Shuffle(Vector128.Create(row[(3 * x + Lanes)..]), second)
                    | Vector128.Shuffle(Vector128.Create(row[(3 * x + 2 * Lanes)..]), third);
                picked.CopyTo(target[(mirror ? target.Length - x - Lanes : x)..]);
            }
        }
        for (; x < target.Length; x++) target[mirror ? target.Length - 1 - x : x] = row[x * channels + channel];
    }

    /// <summary>Where in 48 bytes a channel of 16 pixels is, by vectors; what is in another vector is out of range, which gives 0.</summary>
    private static (Vector128<byte>, Vector128<byte>, Vector128<byte>) PlacesOf(int channel, bool mirror)
    {
        Vector128<byte> Within(int vector) => Vector128.Create([.. Enumerable.Range(0, Lanes).Select(lane =>
        {
            var place = 3 * (mirror ? Lanes - 1 - lane : lane) + channel - Lanes * vector;
            return (byte)(place is >= 0 and < Lanes ? place : 0xFF);
        })]);
        return (Within(0), Within(1), Within(2));
    }

    /// <summary>Bytes as float32 in [-1, 1], in no dispose scope.</summary>
    public static Tensor ToTensor(ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        var tensor = empty(shape, ScalarType.Float32, CPU).DetachFromDisposeScope();
        PixelScale.ToUnit(bytes, MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }
}
