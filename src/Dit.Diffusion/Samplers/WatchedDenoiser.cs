using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Remembers the last evaluation, so that a preview costs a sampler no evaluation of its own.</summary>
internal sealed class WatchedDenoiser(Denoiser inner) : Denoiser(inner.Schedule, inner.Prediction), IDisposable
{
    private Tensor? _x;
    private Tensor? _prediction;
    private double _t;

    public override Tensor Predict(Tensor x, double t)
    {
        var prediction = inner.Predict(x, t);
        Remember(x, t, prediction);
        return prediction;
    }

    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        var output = inner.PredictWithVariance(x, t);
        Remember(x, t, output.Prediction);
        return output;
    }

    /// <returns>The data as the last evaluation expected it.</returns>
    public Tensor LastClean() => _x is null || _prediction is null
        ? throw new InvalidOperationException("The sampler took a step without asking the denoiser anything.")
        : CleanFrom(_x, _t, _prediction);

    private void Remember(Tensor x, double t, Tensor prediction)
    {
        Dispose();
        (_x, _t, _prediction) = (x.alias().DetachFromDisposeScope(), t, prediction.alias().DetachFromDisposeScope());
    }

    public void Dispose()
    {
        _x?.Dispose();
        _prediction?.Dispose();
        (_x, _prediction) = (null, null);
    }
}
