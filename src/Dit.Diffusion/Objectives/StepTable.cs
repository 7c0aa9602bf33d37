using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Coefficients of every step of a discrete schedule, float64, looked up by time. A device's copy is made once and kept.</summary>
internal sealed class StepTable
{
    private readonly DiscreteSchedule _schedule;
    private readonly double[] _values;                                             // [columns, T]
    private readonly int _columns;
    private readonly ConcurrentDictionary<string, Tensor> _copies = new();

    /// <param name="schedule">The schedule.</param>
    /// <param name="columns">Each a coefficient of every step.</param>
    public StepTable(DiscreteSchedule schedule, params double[][] columns) =>
        (_schedule, _columns, _values) = (schedule, columns.Length, [.. columns.SelectMany(column => column)]);

    /// <summary>The coefficients at given times, rounded up to the next step.</summary>
    /// <param name="t">Times, [B].</param>
    /// <param name="like">What they are to broadcast with: [B, ...].</param>
    /// <returns>One tensor per column, [B, 1, ...], of the type of <paramref name="like"/>.</returns>
    public Tensor[] At(Tensor t, Tensor like)
    {
        using var scope = NewDisposeScope();
        var rows = _copies.GetOrAdd(t.device.ToString(), _ => Copy(t.device)).index_select(1, Index(t));          // [columns, B]
        long[] shape = [_columns, t.shape[0], .. Enumerable.Repeat(1L, (int)like.ndim - 1)];
        var parts = rows.to(like.dtype).view(shape).unbind(0);                                                    // columns x [B, 1, ...]
        foreach (var part in parts) part.MoveToOuterDisposeScope();
        return parts;
    }

    /// <summary>The index of each time's step, from 0.</summary>
    /// <returns>[B], int64.</returns>
    public Tensor Index(Tensor t)
    {
        using var scope = NewDisposeScope();
        return _schedule.NetworkTime(_schedule.Snap(t)).round().to(ScalarType.Int64).MoveToOuterDisposeScope();
    }

    private Tensor Copy(Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(_values, [_columns, _schedule.StepCount]).to(device).DetachFromDisposeScope();
    }
}
