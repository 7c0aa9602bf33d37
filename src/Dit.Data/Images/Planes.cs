using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>From interleaved bytes [H, W, C] to the planes [C, H, W] of a tensor.</summary>
internal static class Planes
{
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
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < image.Height; y++)
            {
                var source = pixels.Slice(y * width * channels, width * channels);
                var target = planes.Slice((c * image.Height + y) * width, width);
                for (var x = 0; x < width; x++) target[mirror ? width - 1 - x : x] = source[x * channels + c];
            }
    }

    /// <summary>Bytes as float32 in [-1, 1], in no dispose scope.</summary>
    public static Tensor ToTensor(ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        var tensor = empty(shape, ScalarType.Float32, CPU).DetachFromDisposeScope();
        PixelScale.ToUnit(bytes, MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }
}
