using System.Diagnostics;
using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>A schedule of an optimizer's learning rates; the formulas are PyTorch's.</summary>
            /// <remarks>Most schedules multiply the rates they find, so that several can act on one optimizer.</remarks>
            public abstract class LRScheduler
            {
                /// <summary>How often <see cref="step()"/> was called; a constructor calls it once.</summary>
                protected int _step_count;

                internal readonly Optimizer? _optimizer;
                internal readonly double[] _base_lrs = [];
                internal double[] _last_lrs = [];
                internal int _last_epoch = -1;
                private readonly bool isVerbose;

                /// <summary>Creates a schedule without an optimizer of its own.</summary>
                protected LRScheduler() { }

                /// <summary>Creates a schedule.</summary>
                /// <param name="optimizer">The optimizer.</param>
                /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
                /// <param name="verbose">Whether changes are written to <see cref="Trace"/>.</param>
                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    _optimizer = optimizer;
                    _last_epoch = last_epoch;
                    isVerbose = verbose;
                    _base_lrs = [.. optimizer.ParamGroups.Select(group => group.InitialLearningRate)];
                    _last_lrs = [.. Rates];
                }

                /// <summary>The rates set last, one for each group.</summary>
                public IEnumerable<double> get_last_lr() => _last_lrs;

                /// <summary>Goes on by one epoch (or by whatever the schedule counts).</summary>
                public virtual void step() => step((int?)null);

                /// <summary>Goes on to an epoch.</summary>
                /// <param name="epoch">The epoch; null goes on by one.</param>
                public virtual void step(int? epoch)
                {
                    if (_optimizer is null) throw new NotSupportedException($"{GetType().Name} has no epochs of its own; call step().");
                    _step_count++;
                    _last_epoch = epoch ?? _last_epoch + 1;
                    double[] rates = [.. epoch is null ? get_lr() : get_closed_form_lr()];
                    foreach (var (group, rate) in _optimizer.ParamGroups.Zip(rates)) group.LearningRate = rate;
                    if (isVerbose && !rates.AsSpan().SequenceEqual(_last_lrs))
                        Trace.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Learning rates of epoch {_last_epoch}: {string.Join(", ", rates)}"));
                    _last_lrs = rates;
                }

                /// <summary>Goes on, with a measure of success that most schedules ignore.</summary>
                /// <param name="current">The measure.</param>
                /// <param name="epoch">The epoch; null goes on by one.</param>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                /// <summary>The rates of this epoch from those of the one before.</summary>
                protected virtual IEnumerable<double> get_lr() => Rates;

                /// <summary>The rates of this epoch from the initial ones.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                /// <summary>The optimizer's rates now.</summary>
                private protected IEnumerable<double> Rates => _optimizer!.ParamGroups.Select(group => group.LearningRate);

                private protected IEnumerable<double> Scaled(double factor) => Rates.Select(rate => rate * factor);

                private protected IEnumerable<double> Initial(double factor) => _base_lrs.Select(rate => rate * factor);
            }
        }
    }
}
