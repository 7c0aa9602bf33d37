using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Dit.Data;

/// <summary>Resamples columns: a row is a weighted sum of rows.</summary>
internal static unsafe class VerticalPass
{
    /// <summary>(a + b + 1) / 2.</summary>
    public static void Mean(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> output)
    {
        var i = 0;
        if (Sse2.IsSupported)
        {
            for (; i + Vector128<byte>.Count <= output.Length; i += Vector128<byte>.Count)
                Sse2.Average(Vector128.Create(a[i..]), Vector128.Create(b[i..])).CopyTo(output[i..]);
        }
        for (; i < output.Length; i++) output[i] = (byte)((a[i] + b[i] + 1) >> 1);
    }

    /// <param name="ring">Rows, of which the row r lies at r modulo their number.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="first">The first row.</param>
    /// <param name="weights">Of the rows from there on, as many as are in the ring or fewer.</param>
    /// <param name="output">As long as a row, or shorter.</param>
    public static void Sum(ReadOnlySpan<byte> ring, int stride, int first, ReadOnlySpan<int> weights, Span<byte> output)
    {
        var rows = ring.Length / stride;
        if (output.Length > stride || weights.Length > rows)
            throw new ArgumentException($"Got {weights.Length} rows of {output.Length} bytes, but the ring has {rows} of {stride}.", nameof(ring));
        var i = Avx2.IsSupported && output.Length >= Vector128<byte>.Count ? SumVectors(ring, stride, first % rows, weights, output) : 0;
        for (; i < output.Length; i++)
        {
            var sum = 0;
            for (var t = 0; t < weights.Length; t++) sum += weights[t] * ring[(first + t) % rows * stride + i];
            output[i] = WeightedSum.ToByte(sum);
        }
    }

    private static int SumVectors(ReadOnlySpan<byte> ring, int stride, int slot, ReadOnlySpan<int> weights, Span<byte> output)
    {
        // Rows in pairs; a last one is paired with itself, at no weight.
        var pairs = (weights.Length + 1) / 2;
        var (rows, taps) = (ring.Length / stride, weights.Length);
        Span<int> low = stackalloc int[64], high = stackalloc int[64], offsets = stackalloc int[128];
        if (pairs > 64)
        {
            low = new int[pairs];
            high = new int[pairs];
            offsets = new int[2 * pairs];
        }
        for (var p = 0; p < pairs; p++)
        {
            var (a, b) = (weights[2 * p], 2 * p + 1 < taps ? weights[2 * p + 1] : 0);
            low[p] = (ushort)WeightedSum.Low(a) | WeightedSum.Low(b) << 16;
            high[p] = (ushort)WeightedSum.High(a) | WeightedSum.High(b) << 16;
            offsets[2 * p] = (slot + 2 * p) % rows * stride;
            offsets[2 * p + 1] = (slot + Math.Min(2 * p + 1, taps - 1)) % rows * stride;
        }

        var last = output.Length - Vector128<byte>.Count;
        fixed (byte* source = ring, target = output)
        {
            // The last vector overlaps the one before it rather than leave a rest.
            for (var i = 0; ; i = Math.Min(i + Vector128<byte>.Count, last))
            {
                Vector256<int> lowA = default, lowB = default, highA = default, highB = default;
                for (var p = 0; p < pairs; p++)
                {
                    var (a, b) = (Vector128.Load(source + offsets[2 * p] + i), Vector128.Load(source + offsets[2 * p + 1] + i));
                    var pixelsA = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(a, b));
                    var pixelsB = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(a, b));
                    var (lows, highs) = (Vector256.Create(low[p]).AsInt16(), Vector256.Create(high[p]).AsInt16());
                    lowA += Avx2.MultiplyAddAdjacent(pixelsA, lows);
                    lowB += Avx2.MultiplyAddAdjacent(pixelsB, lows);
                    highA += Avx2.MultiplyAddAdjacent(pixelsA, highs);
                    highB += Avx2.MultiplyAddAdjacent(pixelsB, highs);
                }
                var words = Avx2.PackSignedSaturate(WeightedSum.Join(lowA, highA), WeightedSum.Join(lowB, highB));      // a0 b0 a1 b1
                words = Avx2.Permute4x64(words.AsInt64(), 0b11_01_10_00).AsInt16();                                  // a0 a1 b0 b1
                Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper()).Store(target + i);
                if (i == last) return output.Length;
            }
        }
    }
}
