namespace Dit.Diffusion;

public sealed partial class DenoisingObjective
{
    /// <summary>Where a velocity is infinite at the data, the earliest time that is trained: SiT's.</summary>
    private const double EarliestOfInfiniteVelocity = 1e-5;

    private readonly double? _timeScale;
    private readonly Prediction? _lossSpace;
    private readonly double _smallestDivisor = 0.05;
    private readonly VariationalBound? _bound;
    private readonly BoundLoss _boundLoss;
    private readonly StepVariance? _fixedVariance;
    private readonly ICoupling? _coupling;
    private readonly IBridge? _bridge;
    private readonly EdmPreconditioning? _preconditioning;
    private readonly IReadOnlyList<IAuxiliaryLoss> _auxiliary = [];
    private readonly double _earliest;

    /// <summary>The network is told TimeScale * t.</summary>
    /// <value>
    /// Default null: what the path says, 1000 t, for which the sinusoids of the time embedding are made, or the index of a discrete step. SiT's
    /// checkpoints take 1.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite or not above 0.</exception>
    public double? TimeScale
    {
        get => _timeScale;
        init => _timeScale = value is null || (double.IsFinite(value.Value) && value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TimeScale), value, "The time scale must be finite and above 0.");
    }

    /// <summary>What a difference between prediction and target costs. Default: its square.</summary>
    public ErrorMeasure Error
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Error));
    } = ErrorMeasure.Mse;

    /// <summary>How much the error at each time counts; null, the default: every time the same. It is asked for the <see cref="LossSpace"/>.</summary>
    public ILossWeighting? Weighting { get; init; }

    /// <summary>The quantity whose error is the loss, if it is another than the network predicts.</summary>
    /// <value>
    /// Default: what the network predicts; a score is compared as sigma score, which is finite at the data (Song et al. 2021). A network that predicts
    /// the data with a loss of <see cref="Prediction.FlowVelocity"/> is JiT's (Li and He 2025).
    /// </value>
    /// <exception cref="ArgumentException">The quantity is unknown, or not defined on this path.</exception>
    public Prediction LossSpace
    {
        get => _lossSpace ?? (_prediction == Prediction.Score ? Prediction.Epsilon : _prediction);
        init
        {
            _lossSpace = value.Validated(nameof(LossSpace));
            Check(nameof(LossSpace));
            _earliest = Earliest();
        }
    }

    /// <summary>
    /// Converting to the <see cref="LossSpace"/> divides by a coefficient that vanishes at one end of the path; it is held above this. Default 0.05, as
    /// JiT holds t in (x_t - x_0) / t.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite or not above 0.</exception>
    public double SmallestDivisor
    {
        get => _smallestDivisor;
        init => _smallestDivisor = double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(SmallestDivisor), value, "The smallest divisor must be finite and above 0.");
    }

    /// <summary>The part of the variational bound. Default: none. Any other needs a <see cref="DiscreteSchedule"/>.</summary>
    /// <remarks>Unless <see cref="FixedVariance"/> is set, the network must have learned variance: twice the channels (Nichol and Dhariwal 2021).</remarks>
    /// <exception cref="ArgumentException">The path has no steps, or the other options contradict.</exception>
    public BoundLoss Bound
    {
        get => _boundLoss;
        init
        {
            if (!Enum.IsDefined(value)) throw new ArgumentOutOfRangeException(nameof(Bound), value, "No such part of the bound.");
            _boundLoss = value;
            Check(nameof(Bound));
            _bound = value == BoundLoss.None ? null : new((DiscreteSchedule)_schedule);
        }
    }

    /// <summary>
    /// The variance of a network that learns none, for <see cref="BoundLoss.Full"/> and <see cref="BoundLoss.RescaledFull"/>. Default null: learned.
    /// </summary>
    /// <exception cref="ArgumentException">The bound would then have nothing to train.</exception>
    public StepVariance? FixedVariance
    {
        get => _fixedVariance;
        init
        {
            _fixedVariance = value;
            Check(nameof(FixedVariance));
        }
    }

    /// <summary>Which noise goes with which image of a batch; null, the default: as drawn.</summary>
    /// <exception cref="ArgumentException">The prediction presumes noise that is independent of the data.</exception>
    public ICoupling? Coupling
    {
        get => _coupling;
        init
        {
            _coupling = value;
            Check(nameof(Coupling));
        }
    }

    /// <summary>Noise of its own on the way from data to noise; null, the default: none.</summary>
    /// <exception cref="ArgumentException">The network does not predict the velocity.</exception>
    public IBridge? Bridge
    {
        get => _bridge;
        init
        {
            _bridge = value;
            Check(nameof(Bridge));
        }
    }

    /// <summary>What the network's input and output are scaled by, in training and sampling; null, the default: by nothing.</summary>
    /// <exception cref="ArgumentException">The path is not EDM's, or the prediction not the data.</exception>
    public EdmPreconditioning? Preconditioning
    {
        get => _preconditioning;
        init
        {
            _preconditioning = value;
            Check(nameof(Preconditioning));
        }
    }

    /// <summary>Further losses, added to this one. Default: none.</summary>
    /// <exception cref="ArgumentException">One of them is null.</exception>
    public IReadOnlyList<IAuxiliaryLoss> Auxiliary
    {
        get => _auxiliary;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Auxiliary));
            if (value.Any(loss => loss is null)) throw new ArgumentException("An auxiliary loss is null.", nameof(Auxiliary));
            _auxiliary = [.. value];
        }
    }

    private bool LearnsVariance => Bound != BoundLoss.None && FixedVariance is null;

    private bool IsBoundAlone => Bound is BoundLoss.Full or BoundLoss.RescaledFull;

    private bool UsesVelocity => _prediction == Prediction.FlowVelocity || LossSpace == Prediction.FlowVelocity;

    /// <summary>The earliest time to train: 0, but where the velocity is infinite there. A discrete schedule's times are above 0 anyway.</summary>
    private double Earliest() =>
        !UsesVelocity || _schedule is DiscreteSchedule || (double.IsFinite(_schedule.SigmaDerivative(0)) && double.IsFinite(_schedule.AlphaDerivative(0)))
            ? 0
            : EarliestOfInfiniteVelocity;

    private void Check(string option)
    {
        if (Refusal() is { } reason) throw new ArgumentException(reason, option);
    }

    /// <summary>What mathematics forbids, and what to do instead; null if nothing.</summary>
    private string? Refusal()
    {
        if (Preconditioning is not null && (_schedule is not EdmPath || _prediction != Prediction.Sample))
            return $"EDM's preconditioning makes a prediction of the data on EDM's path, not of {_prediction} on {_schedule.GetType().Name}. Use EdmPath and Sample.";
        if (_lossSpace == Prediction.Score)
            return "The error of a score is infinite at the data. Compare Epsilon, which is sigma times the score, and weigh it.";
        if (UsesVelocity && !(double.IsFinite(_schedule.AlphaDerivative(1)) && double.IsFinite(_schedule.SigmaDerivative(1))))
            return "The velocity of this path is not finite at the noise, t = 1. Predict V or Sample, and leave the loss there.";
        if (Bound != BoundLoss.None && _schedule is not DiscreteSchedule)
            return $"The variational bound is a sum over steps, and {_schedule.GetType().Name} has none. Use a DiscreteSchedule, or BoundLoss.None.";
        if (FixedVariance is not null && Bound is BoundLoss.Hybrid or BoundLoss.RescaledHybrid)
            return "The bound of a hybrid loss trains only the variance, and FixedVariance leaves none to train. Use BoundLoss.Full, or none of the two.";
        if (Bound != BoundLoss.None && (Coupling is not null || Bridge is not null))
            return "The variational bound presumes noise that is independent of the data. Leave out the coupling and the bridge.";
        if (Coupling is not null && _prediction == Prediction.Score)
            return "With paired noise the score is not -eps / sigma. Predict FlowVelocity.";
        if (Bridge is not null && (_prediction != Prediction.FlowVelocity || LossSpace != Prediction.FlowVelocity))
            return "The noise of a bridge is a part of the velocity and of nothing else that is predicted. Predict FlowVelocity, and leave the loss there.";
        return null;
    }
}
