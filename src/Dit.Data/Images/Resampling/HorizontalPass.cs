using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Dit.Data;

/// <summary>Resamples rows along their length.</summary>
internal sealed unsafe class HorizontalPass
{
    private const int Loaded = 16;              // bytes that a group of taps loads, some in vain
    private const int GreyGroup = 8;            // taps
    private const int ColorGroup = 4;

    private readonly ResampleAxis _axis;
    private readonly int _channels;
    private readonly (int From, int To, bool IsMean)[] _runs;
    private readonly int _groups;               // of taps, of each output
    private readonly int _safe;                 // outputs whose loads end inside the row
    private readonly int[] _offsets;            // of an output's first byte
    private readonly short[] _packed;           // grey: [outputs, groups, low and high, 8]; color: [outputs, groups, low and high, 4]

    public HorizontalPass(ResampleAxis axis, int channels)
    {
        (_axis, _channels) = (axis, channels);
        _runs = Runs(axis);
        _offsets = [.. Enumerable.Range(0, axis.Count).Select(i => axis.Start(i) * channels)];
        var group = channels == 1 ? GreyGroup : ColorGroup;
        _groups = (axis.MostTaps + group - 1) / group;
        _packed = [];
        if (!Avx2.IsSupported || Array.TrueForAll(_runs, r => r.IsMean)) return;

        _packed = Pack(axis, group, _groups);
        var rowBytes = axis.InputCount * channels;
        while (_safe < axis.Count && _offsets[_safe] + (_groups - 1) * group * channels + Loaded <= rowBytes) _safe++;
    }

    /// <summary>Whether two rows at a time take less than twice the time of one.</summary>
    public bool PrefersPairs => _channels == 3 && _packed.Length > 0;

    /// <param name="row">From the axis's first input on.</param>
    /// <param name="output">A pixel for each output, and room for 4 bytes more.</param>
    public void Apply(ReadOnlySpan<byte> row, Span<byte> output) => Apply(row, row, output, output);

    /// <summary>Two rows at once.</summary>
    /// <param name="rowA">From the axis's first input on.</param>
    /// <param name="rowB">From the axis's first input on.</param>
    /// <param name="outputA">A pixel for each output, and room for 4 bytes more.</param>
    /// <param name="outputB">A pixel for each output, and room for 4 bytes more.</param>
    public void Apply(ReadOnlySpan<byte> rowA, ReadOnlySpan<byte> rowB, Span<byte> outputA, Span<byte> outputB)
    {
        var (inputs, outputs) = (_axis.InputCount * _channels, _axis.Count * _channels + 4);
        if (Math.Min(rowA.Length, rowB.Length) < inputs || Math.Min(outputA.Length, outputB.Length) < outputs)
            throw new ArgumentException($"Got {rowA.Length}, {rowB.Length}, {outputA.Length} and {outputB.Length} bytes, too few for the axis.", nameof(rowA));
        fixed (byte* sourceA = rowA, sourceB = rowB, targetA = outputA, targetB = outputB)
        {
            foreach (var (from, to, isMean) in _runs)
            {
                var vector = Math.Clamp(_safe, from, to);
                if (!isMean && _channels == 3) SumColor(sourceA, sourceB, targetA, targetB, from, vector);
                Rest(sourceA, targetA, from, vector, to, isMean);
                if (sourceA != sourceB) Rest(sourceB, targetB, from, vector, to, isMean);
            }
        }
    }

    /// <summary>What is done for one row at a time.</summary>
    private void Rest(byte* source, byte* target, int from, int vector, int to, bool isMean)
    {
        if (isMean)
        {
            Means(source + _offsets[from], target + from * _channels, to - from);
            return;
        }
        if (_channels == 1) SumGrey(source, target, from, vector);
        SumScalar(source, target, vector, to);
    }

    /// <summary>Neighbouring outputs that are all means of adjacent pairs, as in a halving, or none.</summary>
    private static (int From, int To, bool IsMean)[] Runs(ResampleAxis axis)
    {
        var runs = new List<(int From, int To, bool IsMean)>();
        for (var i = 0; i < axis.Count; i++)
        {
            var isMean = axis.IsMean(i);
            var continues = runs.Count > 0 && runs[^1].IsMean == isMean && (!isMean || axis.Start(i) == axis.Start(i - 1) + 2);
            if (continues) runs[^1] = runs[^1] with { To = i + 1 };
            else runs.Add((i, i + 1, isMean));
        }
        return [.. runs];
    }

    private static short[] Pack(ResampleAxis axis, int group, int groups)
    {
        var packed = new short[axis.Count * groups * group * 2];
        for (var i = 0; i < axis.Count; i++)
        {
            var weights = axis.Weights(i);
            for (var t = 0; t < weights.Length; t++)
            {
                var at = (i * groups + t / group) * group * 2 + t % group;
                packed[at] = WeightedSum.Low(weights[t]);
                packed[at + group] = WeightedSum.High(weights[t]);
            }
        }
        return packed;
    }

    /// <summary>(a + b + 1) / 2 of adjacent pixels, which is what the weights 1/2 and 1/2 amount to.</summary>
    private void Means(byte* source, byte* target, int count)
    {
        var (i, bytes) = (0, count * _channels);
        if (Ssse3.IsSupported && _channels == 3)
        {
            // 24 bytes, 8 pixels, become 12, in two loads of which each uses 12. The last store writes 4 bytes in vain.
            var left = Vector128.Create(0, 1, 2, 6, 7, 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80);
            var right = Vector128.Create(3, 4, 5, 9, 10, 11, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80);
            var leftNext = Vector128.Create(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 2, 6, 7, 8, 0x80, 0x80, 0x80, 0x80);
            var rightNext = Vector128.Create(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 3, 4, 5, 9, 10, 11, 0x80, 0x80, 0x80, 0x80);
            for (; i + 16 <= bytes; i += 12)
            {
                var (a, b) = (Vector128.Load(source + 2 * i), Vector128.Load(source + 2 * i + 12));
                var lefts = Ssse3.Shuffle(a, left) | Ssse3.Shuffle(b, leftNext);
                var rights = Ssse3.Shuffle(a, right) | Ssse3.Shuffle(b, rightNext);
                Sse2.Average(lefts, rights).Store(target + i);
            }
        }
        for (; i < bytes; i++)
        {
            var from = source + i / _channels * 2 * _channels + i % _channels;
            target[i] = (byte)((from[0] + from[_channels] + 1) >> 1);
        }
    }

    private void SumScalar(byte* source, byte* target, int from, int to)
    {
        for (var i = from; i < to; i++)
            for (var c = 0; c < _channels; c++)
            {
                var input = source + _offsets[i] + c;
                var sum = 0;
                foreach (var weight in _axis.Weights(i))
                {
                    sum += weight * *input;
                    input += _channels;
                }
                target[i * _channels + c] = WeightedSum.ToByte(sum);
            }
    }

    private void SumGrey(byte* source, byte* target, int from, int to)
    {
        fixed (short* packed = _packed)
        fixed (int* offsets = _offsets)
        {
            for (var i = from; i < to; i++)
            {
                byte* input = source + offsets[i];
                short* weights = packed + i * _groups * GreyGroup * 2;
                Vector128<int> low = default, high = default;
                for (var g = 0; g < _groups; g++, input += GreyGroup, weights += 2 * GreyGroup)
                {
                    var pixels = Sse41.ConvertToVector128Int16(input);
                    low += Sse2.MultiplyAddAdjacent(pixels, Vector128.Load(weights));
                    high += Sse2.MultiplyAddAdjacent(pixels, Vector128.Load(weights + GreyGroup));
                }
                target[i] = WeightedSum.ToByte((Vector128.Sum(high) << WeightedSum.LowBits) + Vector128.Sum(low));
            }
        }
    }

    /// <summary>Two rows at a time, one in each half of a vector, and two taps, as pairs R R, G G, B B, 0 0.</summary>
    private void SumColor(byte* sourceA, byte* sourceB, byte* targetA, byte* targetB, int from, int to)
    {
        const byte none = 0x80;
        var first = Vector256.Create(
            0, none, 3, none, 1, none, 4, none, 2, none, 5, none, none, none, none, none,
            0, none, 3, none, 1, none, 4, none, 2, none, 5, none, none, none, none, none);
        var second = Vector256.Create(
            6, none, 9, none, 7, none, 10, none, 8, none, 11, none, none, none, none, none,
            6, none, 9, none, 7, none, 10, none, 8, none, 11, none, none, none, none, none);
        fixed (short* packed = _packed)
        fixed (int* offsets = _offsets)
        {
            for (var i = from; i < to; i++)
            {
                byte* inputA = sourceA + offsets[i], inputB = sourceB + offsets[i];
                var weights = (int*)(packed + i * _groups * ColorGroup * 2);
                Vector256<int> low = default, high = default;
                for (var g = 0; g < _groups; g++, inputA += 3 * ColorGroup, inputB += 3 * ColorGroup, weights += ColorGroup)
                {
                    var pixels = Vector256.Create(Vector128.Load(inputA), Vector128.Load(inputB));
                    var pairs = Avx2.Shuffle(pixels, first).AsInt16();
                    low += Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(weights[0]).AsInt16());
                    high += Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(weights[2]).AsInt16());
                    pairs = Avx2.Shuffle(pixels, second).AsInt16();
                    low += Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(weights[1]).AsInt16());
                    high += Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(weights[3]).AsInt16());
                }
                var sums = WeightedSum.Join(low, high);
                var words = Avx2.PackSignedSaturate(sums, sums);
                var bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
                *(uint*)(targetA + 3 * i) = bytes.ToScalar();       // the next pixel overwrites the fourth byte
                *(uint*)(targetB + 3 * i) = bytes.GetElement(4);
            }
        }
    }
}
