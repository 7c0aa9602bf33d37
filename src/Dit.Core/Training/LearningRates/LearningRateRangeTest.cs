using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Trains a copy of a model for a few steps while the learning rate rises, to see which rates it learns at (Smith 2017).</summary>
public sealed record LearningRateRangeTest
{
    /// <value>The lowest learning rate. Default 1e-6.</value>
    public double From { get; init; } = 1e-6;

    /// <value>The highest learning rate. Default 1e-1.</value>
    public double To { get; init; } = 1e-1;

    /// <value>Steps from one to the other. Default 100.</value>
    public int Steps { get; init; } = 100;

    /// <value>How much of the past the smoothed loss remembers. Default 0.9.</value>
    public double Smoothing { get; init; } = 0.9;

    /// <value>The run ends once the smoothed loss is so many times its least. Default 4.</value>
    public double Hopeless { get; init; } = 4;

    /// <value>Who is told of the steps, such as a <see cref="ProgressObserver"/>. Default no one.</value>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>Runs the test. Model, objective, random numbers and the data's position are as before when it returns.</summary>
    /// <param name="model">The model; a copy of it is trained.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="data">The batches.</param>
    /// <param name="options">The settings of the training that is to follow; their learning rate, schedule, warm-up and checkpoints are not used.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <returns>The curve.</returns>
    /// <exception cref="ArgumentException">The rates are not positive and rising, or there are fewer than 10 steps.</exception>
    /// <exception cref="OperationCanceledException">The test was stopped.</exception>
    public async Task<LearningRateCurve> RunAsync(
        DitModel model, ITrainingObjective objective, IBatchSource data, DitTrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(data);
        Validate();
        var (random, position) = (RandomState.Get(), data.Position);
        using var learned = new Learned(objective);
        try
        {
            using var copy = model.Resized(model.Config.ImageSize);
            using var trainer = new DitTrainer(copy, objective, (options ?? new()) with
            {
                LearningRateSchedule = new Rising(To / From, Steps),
                WarmupSteps = 0,
                CheckpointDirectory = null,
                ReportEvery = 1,
                MaxSkippedSteps = 0,
                Optimizer = ((options ?? new()).Optimizer) with { LearningRate = From },
            });
            using var watch = new Watch(this);
            foreach (var observer in Observers.Prepend(watch))
                trainer.Observers.Add(observer);
            try
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watch.Ended);
                await trainer.FitAsync(data, Steps, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
            }
            catch (NotFiniteNumberException)
            {
                // Beyond hope, too.
            }
            return watch.Curve();
        }
        finally
        {
            random.Set();
            data.Position = position;
            learned.Restore();
        }
    }

    private void Validate()
    {
        var problems = new Problems(nameof(LearningRateRangeTest));
        problems.Require(From > 0 && To > From && double.IsFinite(To), Problems.Invariant($"From is {From} and To is {To}; they must be positive and rise."));
        problems.Require(Steps >= 10, $"Steps is {Steps}; it must be at least 10.");
        problems.Require(Smoothing is >= 0 and < 1, Problems.Invariant($"Smoothing is {Smoothing}; it must be at least 0 and less than 1."));
        problems.Require(Hopeless > 1, Problems.Invariant($"Hopeless is {Hopeless}; it must be above 1."));
        problems.ThrowIfAny();
    }

    private sealed record Rising(double Ratio, int Steps) : LearningRateSchedule
    {
        public override double Factor(long step) => Math.Pow(Ratio, step / (double)(Steps - 1));
    }

    /// <summary>A copy of what an objective has learned.</summary>
    private sealed class Learned(ITrainingObjective objective) : IDisposable
    {
        private readonly Dictionary<string, Tensor> _copy =
            objective.Learned?.state_dict().ToDictionary(t => t.Key, t => t.Value.detach().clone().DetachFromDisposeScope()) ?? [];

        public void Restore()
        {
            using var guard = no_grad();
            foreach (var (name, tensor) in _copy.Count == 0 ? [] : objective.Learned!.state_dict())
                tensor.copy_(_copy[name]);
        }

        public void Dispose()
        {
            foreach (var tensor in _copy.Values)
                tensor.Dispose();
        }
    }

    /// <summary>Collects the curve and says when to end.</summary>
    private sealed class Watch(LearningRateRangeTest test) : ITrainingObserver, IDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly List<(double Rate, double Loss)> _points = [];
        private double _average;

        public CancellationToken Ended => _ended.Token;

        public void OnStep(TrainingProgress progress)
        {
            _average = test.Smoothing * _average + (1 - test.Smoothing) * progress.Loss;
            var smoothed = _average / (1 - Math.Pow(test.Smoothing, _points.Count + 1));
            _points.Add((progress.LearningRate, smoothed));
            if (smoothed > test.Hopeless * _points.Min(p => p.Loss))
                _ended.Cancel();
        }

        public void Dispose() => _ended.Dispose();

        public LearningRateCurve Curve()
        {
            if (_points.Count < 3)
                throw new InvalidOperationException("The loss was no number from the start; try a lower From, or look at the data.");
            // The steepest fall over a fifth of the steps up to the least loss: single steps are noise.
            var least = _points.FindIndex(p => p.Loss == _points.Min(q => q.Loss));
            var window = Math.Max(1, test.Steps / 5);
            var steepest = Enumerable.Range(0, Math.Max(1, least - window)).MinBy(i => _points[Math.Min(i + window, _points.Count - 1)].Loss - _points[i].Loss);
            return new([.. _points.Select(p => p.Rate)], [.. _points.Select(p => p.Loss)], _points[Math.Min(steepest + window / 2, _points.Count - 1)].Rate);
        }
    }
}
