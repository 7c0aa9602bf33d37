namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate falls from the initial one to eta_min along half a cosine (Loshchilov and Hutter 2017).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double halfPeriod;
                    private readonly double least;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="T_max">Half a period, in epochs.</param>
                    /// <param name="eta_min">The least rate.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (!(T_max > 0)) throw new ArgumentOutOfRangeException(nameof(T_max), T_max, "Above 0.");
                        halfPeriod = T_max;
                        least = eta_min;
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch == 0 ? Rates
                        : _step_count == 1 ? get_closed_form_lr()
                        : (_last_epoch - 1 - halfPeriod) % (2 * halfPeriod) == 0 ? Rates.Zip(_base_lrs,
                            (rate, first) => rate + (first - least) * (1 - Math.Cos(Math.PI / halfPeriod)) / 2)
                        : Rates.Select(rate => Height(_last_epoch) / Height(_last_epoch - 1) * (rate - least) + least);

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_closed_form_lr() => _base_lrs.Select(first => least + (first - least) * Height(_last_epoch) / 2);

                    private double Height(int epoch) => 1 + Math.Cos(Math.PI * epoch / halfPeriod);
                }
            }
        }
    }
}
