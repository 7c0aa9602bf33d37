namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The initial rate times (1 - epoch / total_iters)^power.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly int length;
                    private readonly double exponent;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="total_iters">The number of epochs.</param>
                    /// <param name="power">The exponent.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total_iters);
                        length = total_iters;
                        exponent = power;
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch == 0 || _last_epoch > length ? Rates : Scaled(Factor(_last_epoch) / Factor(_last_epoch - 1));

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_closed_form_lr() => Initial(Factor(_last_epoch));

                    private double Factor(int epoch) => Math.Pow(1 - (double)Math.Min(epoch, length) / length, exponent);
                }
            }
        }
    }
}
