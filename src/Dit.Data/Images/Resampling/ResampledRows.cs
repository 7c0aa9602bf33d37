using System.Buffers;

namespace Dit.Data;

/// <summary>Rows resampled along both axes, the horizontal one first, rounded to bytes after each: what Pillow's resize computes.</summary>
internal sealed class ResampledRows : RowSource
{
    private const int Slack = 16;       // bytes behind a row that its last store may touch

    private readonly RowSource _source;
    private readonly HorizontalPass _horizontal;
    private readonly ResampleAxis _vertical;
    private readonly int _stride;
    private readonly int _slots;
    private readonly byte[] _ring;      // rented: the rows that the next output may need, horizontally resampled, and one more
    private readonly byte[] _held;      // rented: the first row of a pair
    private readonly byte[] _output;    // rented
    private int _read;
    private int _next;

    /// <param name="source">From the first inputs of both axes on; owned by this.</param>
    /// <param name="horizontal">Along rows.</param>
    /// <param name="vertical">Along columns.</param>
    public ResampledRows(RowSource source, ResampleAxis horizontal, ResampleAxis vertical) : base(horizontal.Count, source.Channels)
    {
        (_source, _vertical) = (source, vertical);
        _horizontal = new HorizontalPass(horizontal, Channels);
        _stride = Width * Channels + Slack;
        _slots = vertical.MostTaps + 1;
        _ring = ArrayPool<byte>.Shared.Rent(checked(_slots * _stride));
        _held = ArrayPool<byte>.Shared.Rent(source.Width * Channels);
        _output = ArrayPool<byte>.Shared.Rent(_stride);
    }

    public override ReadOnlySpan<byte> Next()
    {
        var output = _next++;
        var start = _vertical.Start(output);
        var weights = _vertical.Weights(output);
        while (_read < start + weights.Length) ReadOn();

        var length = Width * Channels;
        if (_vertical.IsCopy(output)) return Slot(start)[..length];
        var result = _output.AsSpan(0, length);
        if (_vertical.IsMean(output)) VerticalPass.Mean(Slot(start)[..length], Slot(start + 1)[..length], result);
        else VerticalPass.Sum(_ring.AsSpan(0, _slots * _stride), _stride, start, weights, result);
        return result;
    }

    public override void Dispose()
    {
        base.Dispose();
        ArrayPool<byte>.Shared.Return(_ring);
        ArrayPool<byte>.Shared.Return(_held);
        ArrayPool<byte>.Shared.Return(_output);
        _source.Dispose();
    }

    /// <summary>Takes one row or two from the source.</summary>
    private void ReadOn()
    {
        var row = _source.Next();
        if (!_horizontal.PrefersPairs || _read + 1 == _vertical.InputCount)
        {
            _horizontal.Apply(row, Slot(_read));
            _read += 1;
            return;
        }
        var held = _held.AsSpan(0, row.Length);
        row.CopyTo(held);
        _horizontal.Apply(held, _source.Next(), Slot(_read), Slot(_read + 1));
        _read += 2;
    }

    private Span<byte> Slot(int row) => _ring.AsSpan(row % _slots * _stride, _stride);
}
