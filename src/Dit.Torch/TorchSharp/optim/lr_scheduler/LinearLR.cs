namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The initial rate times a factor that moves on a straight line, for some epochs.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double start;
                    private readonly double end;
                    private readonly int length;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="start_factor">The factor at first.</param>
                    /// <param name="end_factor">The factor at the end.</param>
                    /// <param name="total_iters">The number of epochs.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1,
                        bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (!(start_factor > 0 && start_factor <= 1))
                            throw new ArgumentOutOfRangeException(nameof(start_factor), start_factor, "Above 0, and at most 1.");
                        if (!(end_factor >= 0 && end_factor <= 1)) throw new ArgumentOutOfRangeException(nameof(end_factor), end_factor, "From 0 to 1.");
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total_iters);
                        start = start_factor;
                        end = end_factor;
                        length = total_iters;
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch == 0 ? Scaled(start) : _last_epoch > length ? Rates : Scaled(Factor(_last_epoch) / Factor(_last_epoch - 1));

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_closed_form_lr() => Initial(Factor(_last_epoch));

                    private double Factor(int epoch) => start + (end - start) * Math.Min(epoch, length) / length;
                }
            }
        }
    }
}
