namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The initial rate times a factor, for some epochs.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double reduction;
                    private readonly int length;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="factor">The factor.</param>
                    /// <param name="total_iters">The number of epochs.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (!(factor > 0 && factor <= 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "Above 0, and at most 1.");
                        reduction = factor;
                        length = total_iters;
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() =>
                        Scaled(_last_epoch == 0 ? reduction : _last_epoch == length ? 1 / reduction : 1);

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_closed_form_lr() => Initial(_last_epoch < length ? reduction : 1);
                }
            }
        }
    }
}
