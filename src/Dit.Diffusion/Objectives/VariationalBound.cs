using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// The terms of the variational bound on the likelihood of a discrete diffusion, in bits per dimension (Ho et al. 2020, equation 5), and the variances
/// that a model's steps may have (Nichol and Dhariwal 2021, section 3.1).
/// </summary>
/// <remarks>
/// A model's step is N(mean, variance) with the mean of q(x_{t-1} | x_t, x_0) at the predicted x_0. The sum of all <see cref="Terms"/> over the
/// steps plus <see cref="Prior"/> is the bound. Everything is computed in the type of the tensors given; coefficients are float64 before.
/// Nothing is copied from or to a device after the first call.
/// </remarks>
public sealed class VariationalBound
{
    private const int OfClean = 0, OfState = 1, Variance = 2, LogVariance = 3, LogForward = 4, LogForwardAtLeast = 5;
    private readonly StepTable _table;

    /// <param name="schedule">The steps.</param>
    public VariationalBound(DiscreteSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
        double Time(int step) => step / (double)schedule.StepCount;
        Posterior[] steps = [.. Enumerable.Range(0, schedule.StepCount).Select(i => Posterior.Between(schedule, Time(i + 1), Time(i)))];
        double[] logForward = Array.ConvertAll(steps, step => Math.Log(step.ForwardVariance));
        double[] logVariance = Array.ConvertAll(steps, step => Math.Log(step.Variance));
        logVariance[0] = steps.Length > 1 ? logVariance[1] : logForward[0];         // the first step has no variance: the second's stands in
        double[] atLeast = [logVariance[0], .. logForward.Skip(1)];
        _table = new(schedule, Array.ConvertAll(steps, step => step.OfClean), Array.ConvertAll(steps, step => step.OfState),
            Array.ConvertAll(steps, step => step.Variance), logVariance, logForward, atLeast);
    }

    /// <summary>The steps.</summary>
    public DiscreteSchedule Schedule { get; }

    /// <summary>The step before, given the data: q(x_{t-1} | x_t, x_0) (Ho et al. 2020, equations 6 and 7).</summary>
    /// <param name="clean">x_0, or what a model takes it for, [B, ...].</param>
    /// <param name="noisy">x_t, [B, ...].</param>
    /// <param name="t">Times, [B]; step i, from 0, is at (i + 1) / T.</param>
    /// <returns>
    /// The mean, [B, ...], the variance, [B, 1, ...], which is 0 at the first step, and its logarithm, for which that of the second step stands in
    /// there; the caller owns them.
    /// </returns>
    public (Tensor Mean, Tensor Variance, Tensor LogVariance) StepBefore(Tensor clean, Tensor noisy, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(clean);
        using var scope = NewDisposeScope();
        var row = At(t, noisy);
        return ((row[OfClean] * clean + row[OfState] * noisy).MoveToOuterDisposeScope(), row[Variance].MoveToOuterDisposeScope(),
            row[LogVariance].MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The logarithm of the variance that a network learned: between the smallest possible and the largest (Nichol and Dhariwal 2021, equation 15).
    /// </summary>
    /// <param name="learned">The network's second half of channels, [B, ...]: -1 is the smallest variance, 1 the largest; neither is a limit.</param>
    /// <param name="t">Times, [B].</param>
    /// <returns>[B, ...]; the caller owns it.</returns>
    public Tensor LearnedLogVariance(Tensor learned, Tensor t)
    {
        using var scope = NewDisposeScope();
        var row = At(t, learned);
        return (row[LogVariance] + (learned + 1) / 2 * (row[LogForward] - row[LogVariance])).MoveToOuterDisposeScope();
    }

    /// <summary>The logarithm of the variance of a network that learned none (Ho et al. 2020, section 3.2).</summary>
    /// <param name="variance">Which one. At the first step both are the posterior's of the second.</param>
    /// <param name="t">Times, [B].</param>
    /// <param name="like">What it is to broadcast with, [B, ...].</param>
    /// <returns>[B, 1, ...]; the caller owns it.</returns>
    public Tensor FixedLogVariance(StepVariance variance, Tensor t, Tensor like)
    {
        using var scope = NewDisposeScope();
        return At(t, like)[variance == StepVariance.Forward ? LogForwardAtLeast : LogVariance].MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One term of the bound for each image: KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)), and at the first step the negative log-likelihood of the
    /// image's 8-bit levels.
    /// </summary>
    /// <param name="clean">x_0, [B, ...], in [-1, 1].</param>
    /// <param name="noisy">x_t, [B, ...].</param>
    /// <param name="predictedClean">What the model takes x_0 for, [B, ...].</param>
    /// <param name="logVariance">The logarithm of the variance of its step, [B, ...] or [B, 1, ...].</param>
    /// <param name="t">Times, [B].</param>
    /// <returns>Bits per dimension, [B]; the caller owns it.</returns>
    public Tensor Terms(Tensor clean, Tensor noisy, Tensor predictedClean, Tensor logVariance, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(predictedClean);
        ArgumentNullException.ThrowIfNull(logVariance);
        using var scope = NewDisposeScope();
        var row = At(t, noisy);
        var mean = row[OfClean] * predictedClean + row[OfState] * noisy;                                          // [B, ...]
        var trueMean = row[OfClean] * clean + row[OfState] * noisy;                                               // [B, ...]
        var divergence = Gaussian.Divergence(trueMean, row[LogVariance], mean, logVariance);                      // [B, ...]
        var likelihood = Gaussian.DiscretizedLogLikelihood(clean, mean, 0.5 * logVariance);                       // [B, ...]
        var first = _table.Index(t).eq(0).view(row[0].shape);                                                     // [B, 1, ...]
        return BitsPerDimension(where(first, -likelihood, divergence)).MoveToOuterDisposeScope();
    }

    /// <summary>How far the last state is from pure noise: KL(q(x_T | x_0) || N(0, 1)).</summary>
    /// <param name="clean">x_0, [B, ...].</param>
    /// <returns>Bits per dimension, [B]; the caller owns it.</returns>
    public Tensor Prior(Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(clean);
        using var scope = NewDisposeScope();
        var zero = zeros_like(clean);
        var logVariance = full_like(clean, 2 * Math.Log(Schedule.Sigma(1)));
        return BitsPerDimension(Gaussian.Divergence(Schedule.Alpha(1) * clean, logVariance, zero, zero)).MoveToOuterDisposeScope();
    }

    private static Tensor BitsPerDimension(Tensor nats) => nats.flatten(1).mean([1]) / Math.Log(2);

    private Tensor[] At(Tensor t, Tensor like)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(like);
        if (t.ndim != 1 || like.ndim == 0 || t.shape[0] != like.shape[0])
            throw new ArgumentException($"The times are {Shapes.Print(t.shape)} for states of {Shapes.Print(like.shape)}; give one for each, [B].", nameof(t));
        return _table.At(t, like);
    }
}
