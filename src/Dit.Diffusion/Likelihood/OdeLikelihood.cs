using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// The likelihood of data under a model: along the probability-flow ODE from data to noise, ln p changes by minus the divergence of the velocity
/// (Chen et al. 2018; Song et al. 2021, section 4.3), which a random probe estimates without bias.
/// </summary>
/// <remarks>
/// As many evaluations with a backward pass as the method has stages, and no memory that grows with the steps. The noise is taken for N(0, 1), so the end of
/// the path should hold nothing of the data. On a discrete schedule the data is put at the first step.
/// </remarks>
public sealed class OdeLikelihood
{
    private readonly int _steps;
    private readonly ButcherTableau _tableau;

    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="tableau">The method. Null: <see cref="ButcherTableau.Heun2"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    public OdeLikelihood(int steps, ButcherTableau? tableau = null)
    {
        if (steps < 1) throw new ArgumentOutOfRangeException(nameof(steps), steps, "A likelihood needs at least one step.");
        (_steps, _tableau) = (steps, tableau ?? ButcherTableau.Heun2);
    }

    /// <summary>Where the steps stop, read from its end. Default: as for a sampler.</summary>
    public TimeGrid Grid { get; init; } = TimeGrid.Default;

    /// <summary>Where probes come from that are not given: the signs of its noise. Default: libtorch's own generator.</summary>
    public INoiseSource Noise { get; init; } = new GeneratorNoise();

    /// <summary>The likelihood of a batch.</summary>
    /// <param name="denoiser">The model and its conditions. Its velocity must have a gradient with respect to the state.</param>
    /// <param name="images">Data, [B, C, H, W]; it is read, not changed.</param>
    /// <param name="probe">Numbers of mean 0 and variance 1, such as signs, of the images' shape, for all evaluations. Null: from <see cref="Noise"/>.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>The likelihood and the noise; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not a batch of finite floating-point numbers, or the probe has another shape.</exception>
    /// <exception cref="InvalidOperationException">The denoiser's velocity has no gradient.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public Likelihood Of(Denoiser denoiser, Tensor images, Tensor? probe = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(images);
        if (probe is not null && !probe.shape.AsSpan().SequenceEqual(images.shape))
            throw new ArgumentException(
                $"The probe is {Shapes.Print(probe.shape)} and the images are {Shapes.Print(images.shape)}; they must be the same.", nameof(probe));

        using var scope = NewDisposeScope();
        using var traced = new DivergenceDenoiser(denoiser, (probe ?? Signs(images)).detach());
        var sampler = new RungeKuttaSampler(_steps, _tableau) { Grid = Grid };
        var change = zeros([images.shape[0]], ScalarType.Float64, images.device);                       // [B]
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var step in sampler.InversionSteps(traced, images))
        {
            Tensor[] divergences = [.. traced.Evaluations.Select(evaluation => evaluation.Divergence)];
            using var old = change;
            change = _tableau.Move(change, step.Time - traced.Evaluations[0].Time, divergences);
            traced.Clear();
            if (step.Index < step.Count - 1)
            {
                cancellationToken.ThrowIfCancellationRequested();
                continue;
            }
            var noise = step.Sample.alias();
            return new((LogNormal(noise) + change).MoveToOuterDisposeScope(), noise.MoveToOuterDisposeScope());
        }

        throw new InvalidOperationException("The walk from data to noise ended before its last step.");
    }

    private Tensor Signs(Tensor images)
    {
        using var stream = Noise.Start(images);
        return where(stream.Next(images) < 0, -ones_like(images), ones_like(images));                   // [B, C, H, W]
    }

    private static Tensor LogNormal(Tensor z) => -0.5 * (z.to(ScalarType.Float64).square() + Math.Log(2 * Math.PI)).flatten(1).sum([1]);     // [B]
}
