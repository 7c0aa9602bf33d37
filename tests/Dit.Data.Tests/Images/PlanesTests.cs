using System.Runtime.InteropServices;

namespace Dit.Data.Tests;

public sealed class PlanesTests
{
    /// Every width meets the vectors' ends in another way.
    [Theory, InlineData(1, false), InlineData(1, true), InlineData(3, false), InlineData(3, true)]
    public void Channels_are_taken_apart_and_mirrored(int channels, bool mirror)
    {
        for (var width = 1; width < 70; width++)
        {
            const int Height = 3;
            var pixels = new byte[Height * width * channels];
            new Random(width).NextBytes(pixels);
            var planes = new byte[pixels.Length];
            Planes.FromPixels(new PixelImage(pixels, Height, width, channels), planes, mirror);
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < Height; y++)
                    for (var x = 0; x < width; x++)
                        Assert.Equal(pixels[(y * width + (mirror ? width - 1 - x : x)) * channels + c], planes[(c * Height + y) * width + x]);
        }
    }

    [Fact]
    public void A_byte_has_one_value_wherever_it_stands()
    {
        for (var length = 0; length < 400; length++)
        {
            byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
            var values = new float[length];
            PixelScale.ToUnit(bytes, values);
            Assert.Equal(bytes.Select(b => b / 127.5f - 1f), values);
        }
        var (floats, halves) = (new float[37], new ushort[37]);
        for (var i = 0; i < 37; i++) halves[i] = (ushort)(0x3F80 + i);
        StoredFloats.Widen(MemoryMarshal.AsBytes(halves.AsSpan()), TorchSharp.torch.ScalarType.BFloat16, floats);
        Assert.Equal(halves.Select(h => BitConverter.UInt32BitsToSingle((uint)h << 16)), floats);
    }
}
