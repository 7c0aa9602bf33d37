using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.CustomLoop;

/// <summary>
/// A sampler of the application's own: the two-step Adams-Bashforth method on the probability-flow ODE. It remembers the last velocity, so that it is of second
/// order at the price of Euler's method: one evaluation of the network a step.
/// </summary>
/// <param name="steps">How many steps, at equal distances in time.</param>
internal sealed class AdamsBashforthSampler(int steps) : ISampler
{
    public IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise)
    {
        var (x, last) = (noise.clone().DetachFromDisposeScope(), (Tensor?)null);
        try
        {
            for (var i = 0; i < steps; i++)
            {
                var (t, next) = (1 - i / (double)steps, 1 - (i + 1) / (double)steps);
                var (state, velocity, step) = Advance(denoiser, x, last, t, next, i);
                x.Dispose();
                last?.Dispose();
                (x, last) = (state, velocity);
                using (step) yield return step;                               // the tensors of a step live until the next is asked for
            }
        }
        finally
        {
            x.Dispose();
            last?.Dispose();
        }
    }

    private (Tensor State, Tensor Velocity, SamplerStep Step) Advance(Denoiser denoiser, Tensor x, Tensor? last, double t, double next, int index)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var velocity = denoiser.Velocity(x, t);                                                          // [B, C, H, W]
        var slope = last is null ? velocity : 1.5 * velocity - 0.5 * last;                               // [B, C, H, W]
        var state = x + (next - t) * slope;                                                              // [B, C, H, W]
        var clean = x - t * velocity;                                                                    // [B, C, H, W], where this velocity leads on a straight path
        return (state.DetachFromDisposeScope(), velocity.DetachFromDisposeScope(), new(index, steps, next, state.alias(), clean));
    }
}
