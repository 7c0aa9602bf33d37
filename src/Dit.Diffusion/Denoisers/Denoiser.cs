using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// What a sampler sees of a model and its conditions: a function of a noisy state and a time that tells the data, the noise or the velocity.
/// </summary>
/// <remarks>
/// Whatever the network predicts, the others follow: with x_t = alpha x_0 + sigma eps, any two combinations of x_0 and eps give every third.
/// </remarks>
public abstract class Denoiser
{
    /// <param name="schedule">The path from data to noise on which the network was trained.</param>
    /// <param name="prediction">What <see cref="Predict"/> returns.</param>
    protected Denoiser(INoiseSchedule schedule, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
        Prediction = prediction.Validated(nameof(prediction));
    }

    /// <summary>The path from data to noise.</summary>
    public INoiseSchedule Schedule { get; }

    /// <summary>What <see cref="Predict"/> returns.</summary>
    public Prediction Prediction { get; }

    /// <summary>The prediction itself: one evaluation of the network, two under guidance.</summary>
    /// <param name="x">Noisy state x_t, [B, C, H, W].</param>
    /// <param name="t">Its time, in [0, 1].</param>
    /// <returns>What <see cref="Prediction"/> says, [B, C, H, W]; the caller owns it.</returns>
    public abstract Tensor Predict(Tensor x, double t);

    /// <summary>The prediction, and what the network says about the variance of a step, if it learned to: one evaluation.</summary>
    /// <param name="x">Noisy state x_t, [B, C, H, W].</param>
    /// <param name="t">Its time, in [0, 1].</param>
    /// <returns>
    /// The prediction, and between -1, the smallest possible variance, and 1, the largest (Nichol and Dhariwal 2021, equation 15), or null; both
    /// [B, C, H, W]; the caller owns them.
    /// </returns>
    public virtual (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t) => (Predict(x, t), null);

    /// <summary>The velocity d x_t / dt = alpha' x_0 + sigma' eps of the probability-flow ODE.</summary>
    /// <inheritdoc cref="Clean"/>
    public Tensor Velocity(Tensor x, double t) => Evaluate(x, t, Combination.Velocity(Schedule, t));

    /// <summary>The data: the expectation of x_0 given x_t.</summary>
    /// <param name="x">Noisy state x_t, [B, C, H, W].</param>
    /// <param name="t">Its time, in [0, 1].</param>
    /// <returns>[B, C, H, W]; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">At this time the prediction does not determine the answer.</exception>
    public Tensor Clean(Tensor x, double t) => Evaluate(x, t, Combination.Clean);

    /// <summary>The noise: the expectation of eps given x_t.</summary>
    /// <inheritdoc cref="Clean"/>
    public Tensor Noise(Tensor x, double t) => Evaluate(x, t, Combination.PureNoise);

    /// <summary>x_0 from a prediction that is at hand.</summary>
    internal Tensor CleanFrom(Tensor x, double t, Tensor prediction) => Convert(x, t, prediction, Combination.Clean);

    /// <summary>The noise from a prediction that is at hand.</summary>
    internal Tensor NoiseFrom(Tensor x, double t, Tensor prediction) => Convert(x, t, prediction, Combination.PureNoise);

    /// <summary>Any combination of data and noise: one evaluation. Its gradient reaches the state, if that requires one, and is not tracked otherwise.</summary>
    internal Tensor Evaluate(Tensor x, double t, Combination wanted)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!(t is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(t), t, "Time runs from 0, the data, to 1, the noise.");
        using var scope = NewDisposeScope();
        using var _ = x.requires_grad ? null : no_grad();
        return Convert(x, t, Predict(x, t), wanted).MoveToOuterDisposeScope();
    }

    private Tensor Convert(Tensor x, double t, Tensor prediction, Combination wanted)
    {
        var (ofState, ofPrediction) = wanted.From(Prediction.At(Schedule, t), Schedule.Alpha(t), Schedule.Sigma(t));
        if (!double.IsFinite(ofState) || !double.IsFinite(ofPrediction)) throw Undetermined(t);
        return (ofState, ofPrediction) == (0, 1) ? prediction.alias() : ofState * x + ofPrediction * prediction;    // [B, C, H, W]
    }

    private ArgumentOutOfRangeException Undetermined(double t) => new(nameof(t), t,
        $"At this time, where alpha = {Schedule.Alpha(t)} and sigma = {Schedule.Sigma(t)}, a network that predicts {Prediction} does not determine " +
        "the rest. Use a time strictly between 0 and 1, or train with Prediction.FlowVelocity.");
}
