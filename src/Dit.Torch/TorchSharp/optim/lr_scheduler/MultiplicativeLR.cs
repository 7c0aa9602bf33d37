namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate times a function of the epoch, in every epoch but the first.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly Func<int, double>[] factors;

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="lr_lambda">The factor of an epoch.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentNullException.ThrowIfNull(lr_lambda);
                        factors = [.. Enumerable.Repeat(lr_lambda, _base_lrs.Length)];
                        step();
                    }

                    /// <summary>Creates the schedule and sets the first rates.</summary>
                    /// <param name="optimizer">The optimizer.</param>
                    /// <param name="lr_lambdas">For each group the factor of an epoch.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                    /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
                    public MultiplicativeLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentNullException.ThrowIfNull(lr_lambdas);
                        factors = [.. lr_lambdas];
                        if (factors.Length != _base_lrs.Length)
                            throw new ArgumentException($"There are {factors.Length} functions for {_base_lrs.Length} groups of parameters.",
                                nameof(lr_lambdas));
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch > 0 ? Rates.Zip(factors, (rate, factor) => rate * factor(_last_epoch)) : Rates;
                }
            }
        }
    }
}
