namespace Dit.Core;

/// <summary>Keeps numbers that are measured beside a training's own, each a point of a curve.</summary>
public interface IScalarLog
{
    /// <summary>Keeps one point of each of several curves.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="values">The curves and their values. Slashes group curves, as in <c>held_out_loss/ema</c>.</param>
    void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values);
}
