namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate times gamma every step_size epochs.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int stepSize;
                    private readonly double factor;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="step_size">The number of epochs.</param>
                    /// <param name="gamma">The factor.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step_size);
                        stepSize = step_size;
                        factor = gamma;
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() => Scaled(_last_epoch > 0 && _last_epoch % stepSize == 0 ? factor : 1);

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_closed_form_lr() => Initial(Math.Pow(factor, _last_epoch / stepSize));
                }
            }
        }
    }
}
