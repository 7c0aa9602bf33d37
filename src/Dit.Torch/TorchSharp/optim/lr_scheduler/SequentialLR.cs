namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>One schedule after the other.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] stages;
                    private readonly int[] starts;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="schedulers">The schedules.</param>
                    /// <param name="milestones">The epochs at which the second, third, ... schedule begins, with an epoch 0 of its own.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1)
                    {
                        ArgumentNullException.ThrowIfNull(schedulers);
                        ArgumentNullException.ThrowIfNull(milestones);
                        stages = [.. schedulers];
                        starts = [.. milestones];
                        if (stages.Length != starts.Length + 1)
                            throw new ArgumentException($"{stages.Length} schedules need {stages.Length - 1} milestones, not {starts.Length}.",
                            nameof(milestones));
                        if (stages.Any(stage => !ReferenceEquals(stage._optimizer, optimizer)))
                            throw new ArgumentException("A schedule belongs to another optimizer.", nameof(schedulers));
                        if (starts.Zip(starts.Skip(1)).Any(pair => pair.First >= pair.Second))
                            throw new ArgumentException("The milestones must rise.", nameof(milestones));
                        foreach (var group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                        foreach (var stage in stages) stage._last_epoch--;   // their constructors went to epoch 0, which comes later for all but the first
                        stages[0].step();
                        _last_lrs = stages[0]._last_lrs;
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr()
                    {
                        var current = starts.Count(start => start <= _last_epoch);
                        if (current > 0 && starts[current - 1] == _last_epoch) stages[current].step((int?)0);
                        else stages[current].step();
                        return stages[current]._last_lrs;
                    }
                }
            }
        }
    }
}
