using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What a loss is made of. The caller owns the tensors.</summary>
/// <param name="Error">The weighted error of each image, [B]; null where the bound stands in its place.</param>
/// <param name="Bound">The variational bound of each image in bits per dimension, scaled as it counts, [B]; null where it has no part.</param>
/// <param name="Auxiliary">The sum of the weighted auxiliary losses, []; null where there are none.</param>
public readonly record struct LossTerms(Tensor? Error, Tensor? Bound, Tensor? Auxiliary)
{
    /// <summary>Error and bound of each image, as samplers of times that learn want it.</summary>
    /// <returns>[B], float32; the caller owns it.</returns>
    public Tensor PerImage() => (Error, Bound) switch
    {
        ({ } error, { } bound) => error + bound,
        ({ } error, null) => error.alias(),
        (null, { } bound) => bound.alias(),
        _ => throw new InvalidOperationException("There is neither an error nor a bound."),
    };

    /// <summary>The loss: the mean over the images, and the auxiliary losses.</summary>
    /// <returns>A scalar, float32; the caller owns it.</returns>
    public Tensor Total()
    {
        using var scope = NewDisposeScope();
        var mean = PerImage().mean();
        return (Auxiliary is null ? mean : mean + Auxiliary).MoveToOuterDisposeScope();
    }
}
