namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Several schedules at once, each changing the rates the one before it left.</summary>
                public class ChainedLR : LRScheduler
                {
                    private readonly LRScheduler[] links;

                    /// <summary>Creates the schedule.</summary>
                    /// <param name="schedulers">The schedules.</param>
                    public ChainedLR(IEnumerable<LRScheduler> schedulers)
                    {
                        ArgumentNullException.ThrowIfNull(schedulers);
                        links = [.. schedulers];
                        if (links.Length == 0) throw new ArgumentException("At least one schedule is wanted.", nameof(schedulers));
                        _last_lrs = links[^1]._last_lrs;
                    }

                    /// <inheritdoc/>
                    public override void step()
                    {
                        foreach (var link in links) link.step();
                        _last_lrs = links[^1]._last_lrs;
                    }
                }
            }
        }
    }
}
