using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core.Tests;

public sealed class LossByTimeObserverTests
{
    [Fact]
    public void Losses_are_averaged_within_their_bins_since_the_last_time()
    {
        var (objective, log) = (new Told(), new Log());
        using var observer = new LossByTimeObserver(2, objective, bins: 4, log);
        objective.Tell((0.0, 1), (0.2499, 3), (0.75, 8));
        observer.OnStep(Progress.At(1));
        objective.Tell((0.1, 5), (1.0, 2));
        observer.OnStep(Progress.At(2));
        objective.Tell((0.5, 7), (0.8, double.NaN));
        observer.OnStep(Progress.At(4));
        Assert.Equal(
            [(2, "loss_by_time/0.0-0.25", 3), (2, "loss_by_time/0.75-1.0", 5), (4, "loss_by_time/0.5-0.75", 7), (4, "loss_by_time/0.75-1.0", double.NaN)], log.Points);
    }

    [Fact]
    public void It_leaves_no_tensor_and_listens_no_longer_than_it_lives()
    {
        var (objective, log) = (new Told(), new Log());
        var before = Tensor.TotalCount;
        using (var observer = new LossByTimeObserver(1, objective, logs: log))
        {
            objective.Tell((0.5, 1));
            var within = Tensor.TotalCount;
            for (var step = 1; step <= 5; step++)
            {
                objective.Tell((0.5, 1));
                observer.OnStep(Progress.At(step));
            }
            Assert.Equal(within, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
        objective.Tell((0.5, 1));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossByTimeObserver(1, objective, bins: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossByTimeObserver(0, objective));
    }

    private sealed class Log : ITrainingLog
    {
        public List<(long, string, double)> Points { get; } = [];

        public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
        {
            foreach (var (name, value) in values)
                Points.Add((step, name, value));
        }
    }

    private sealed class Told : IEvaluableObjective
    {
        public event Action<ImageLosses>? LossesKnown;

        public void Tell(params (double Time, double Loss)[] images)
        {
            using var scope = NewDisposeScope();
            LossesKnown?.Invoke(new(tensor(images.Select(i => (float)i.Time).ToArray()), tensor(images.Select(i => (float)i.Loss).ToArray())));
        }

        public Evaluation Evaluate(Module<Tensor, Tensor, Tensor?, Tensor> model, Batch batch, Generator? generator = null) => throw new NotSupportedException();

        public Tensor Loss(Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null) => throw new NotSupportedException();
    }
}
