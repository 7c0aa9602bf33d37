using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Estimates the divergence of the velocity at every evaluation: probe . (dv/dx) probe (Hutchinson 1990; Grathwohl et al. 2019).</summary>
internal sealed class DivergenceDenoiser(Denoiser inner, Tensor probe) : Denoiser(inner.Schedule, Prediction.FlowVelocity), IDisposable
{
    private readonly List<(double Time, Tensor Divergence)> _evaluations = [];

    /// <summary>The divergences since the last <see cref="Clear"/>, each [B].</summary>
    public IReadOnlyList<(double Time, Tensor Divergence)> Evaluations => _evaluations;

    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var state = x.detach().requires_grad_();                                                        // [B, C, H, W]
        var velocity = inner.Velocity(state, t);                                                        // [B, C, H, W]
        if (!velocity.requires_grad)
            throw new InvalidOperationException(
                $"The velocity of {inner.GetType().Name} has no gradient with respect to the state, which a likelihood needs. A denoiser of one's own must " +
                "not switch gradients off where its argument requires one.");
        var product = autograd.grad([(velocity * probe).sum()], [state])[0];                            // [B, C, H, W]
        _evaluations.Add((t, (product * probe).detach().flatten(1).to(ScalarType.Float64).sum([1]).DetachFromDisposeScope()));
        return velocity.detach().MoveToOuterDisposeScope();
    }

    public void Clear()
    {
        foreach (var (_, divergence) in _evaluations) divergence.Dispose();
        _evaluations.Clear();
    }

    public void Dispose() => Clear();
}
