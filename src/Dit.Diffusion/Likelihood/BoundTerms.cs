using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What <see cref="LikelihoodBound"/> found, for each sample.</summary>
/// <param name="Prior">What the noise at the end of the path still tells of the data, bits per dimension, [B].</param>
/// <param name="Steps">What each step adds, from noise to data, bits per dimension, [B, N].</param>
/// <param name="CleanError">The mean square error of the data that the network expects at each step, [B, N].</param>
/// <param name="NoiseError">The mean square error of the noise that the network expects at each step, [B, N].</param>
public sealed record BoundTerms(Tensor Prior, Tensor Steps, Tensor CleanError, Tensor NoiseError) : IDisposable
{
    /// <summary>The bound: bits per dimension.</summary>
    /// <returns>[B]; the caller owns it.</returns>
    public Tensor Total()
    {
        using var scope = NewDisposeScope();
        return (Prior + Steps.sum([1])).MoveToOuterDisposeScope();
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        Prior.Dispose();
        Steps.Dispose();
        CleanError.Dispose();
        NoiseError.Dispose();
    }
}
