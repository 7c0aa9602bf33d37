namespace Dit.Data;

/// <summary>
/// How one axis of an image is resampled: each output is a weighted sum of neighbouring inputs, with the filter centred on the
/// output and as wide as an output (at least as an input). Weights are integers of <see cref="Bits"/> fractional bits, as in
/// Pillow, so that sums are too: no order of summation, no instruction set changes a bit of the result.
/// </summary>
internal sealed class ResampleAxis
{
    public const int Bits = 22;

    private readonly int[] _starts;
    private readonly int[] _taps;
    private readonly int[] _weights;        // [outputs, stride]
    private readonly int _stride;

    /// <param name="filter">The filter.</param>
    /// <param name="inputs">Pixels there are.</param>
    /// <param name="outputs">Pixels there would be in all.</param>
    /// <param name="first">The first output wanted.</param>
    /// <param name="count">The number of outputs wanted.</param>
    public ResampleAxis(ResampleFilter filter, int inputs, int outputs, int first, int count)
    {
        var scale = (double)inputs / outputs;
        var filterScale = Math.Max(scale, 1);
        var support = FilterFunction.Support(filter) * filterScale;
        _stride = (int)Math.Min(2 * Math.Ceiling(support) + 1, inputs);
        (_starts, _taps, _weights) = (new int[count], new int[count], new int[checked(count * _stride)]);

        Span<double> row = _stride <= 256 ? stackalloc double[_stride] : new double[_stride];
        for (var i = 0; i < count; i++)
        {
            var centre = (first + i + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - support + 0.5));
            var taps = Math.Min(inputs, (int)(centre + support + 0.5)) - start;
            var sum = 0.0;
            for (var t = 0; t < taps; t++) sum += row[t] = FilterFunction.At(filter, (start + t - centre + 0.5) * (1 / filterScale));
            Set(i, start, row[..taps], sum);
        }
        KeepOrder();
        First = _starts[0];
        for (var i = 0; i < count; i++)
        {
            MostTaps = Math.Max(MostTaps, _taps[i]);
            InputCount = Math.Max(InputCount, _starts[i] + _taps[i] - First);
        }
    }

    /// <summary>The number of outputs.</summary>
    public int Count => _starts.Length;

    /// <summary>The first input that has weight.</summary>
    public int First { get; }

    /// <summary>From the first to the last input that have weight.</summary>
    public int InputCount { get; }

    /// <summary>The most inputs of one output.</summary>
    public int MostTaps { get; }

    /// <summary>The first input of an output, counted from <see cref="First"/>.</summary>
    public int Start(int output) => _starts[output] - First;

    /// <summary>The weights of its inputs.</summary>
    public ReadOnlySpan<int> Weights(int output) => _weights.AsSpan(output * _stride, _taps[output]);

    /// <summary>Whether an output is an input.</summary>
    public bool IsCopy(int output) => Weights(output) is [1 << Bits];

    /// <summary>Whether an output is the mean of two inputs, rounded up.</summary>
    public bool IsMean(int output) => Weights(output) is [1 << (Bits - 1), 1 << (Bits - 1)];

    /// <summary>Whoever reads inputs one after the other relies on it that no output starts before the one before it.</summary>
    private void KeepOrder()
    {
        for (var i = _starts.Length - 2; i >= 0; i--)
        {
            var back = _starts[i] - _starts[i + 1];
            if (back <= 0) continue;
            var weights = _weights.AsSpan(i * _stride, _stride);
            weights[.._taps[i]].CopyTo(weights[back..]);
            weights[..back].Clear();
            _starts[i] -= back;
            _taps[i] += back;
        }
    }

    private void Set(int output, int start, ReadOnlySpan<double> values, double sum)
    {
        var weights = _weights.AsSpan(output * _stride, _stride);
        for (var t = 0; t < values.Length; t++)
        {
            var weight = sum == 0 ? values[t] : values[t] / sum;
            weights[t] = (int)(weight * (1 << Bits) + (weight < 0 ? -0.5 : 0.5));
        }
        // Weights of zero at the ends would only be read in vain; one is left in any case.
        var taps = values.Length;
        while (taps > 1 && weights[taps - 1] == 0) taps--;
        var skip = 0;
        while (skip < taps - 1 && weights[skip] == 0) skip++;
        weights[skip..].CopyTo(weights);
        (_starts[output], _taps[output]) = (start + skip, taps - skip);
    }
}
