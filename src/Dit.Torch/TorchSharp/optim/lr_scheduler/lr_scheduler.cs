namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Schedules of learning rates.</summary>
        public static partial class lr_scheduler
        {
            /// <summary>The schedules' classes.</summary>
            public static partial class impl { }

            /// <summary>The initial rate times a function of the epoch.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="lr_lambda">The factor of an epoch.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            /// <summary>The rate times a function of the epoch, in every epoch but the first.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="lr_lambda">The factor of an epoch.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiplicativeLR(optimizer, lr_lambda, last_epoch, verbose);

            /// <summary>The rate times gamma every step_size epochs.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="step_size">The number of epochs.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            /// <summary>The rate times gamma at each of some epochs.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="milestones">The epochs.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);

            /// <summary>The rate times gamma every epoch.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="gamma">The factor.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);

            /// <summary>The initial rate times a factor, for some epochs.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="factor">The factor.</param>
            /// <param name="total_iters">The number of epochs.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1,
                bool verbose = false) =>
                new impl.ConstantLR(optimizer, factor, total_iters, last_epoch, verbose);

            /// <summary>The initial rate times a factor that moves on a straight line, for some epochs.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="start_factor">The factor at first.</param>
            /// <param name="end_factor">The factor at the end.</param>
            /// <param name="total_iters">The number of epochs.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5,
                int last_epoch = -1, bool verbose = false) =>
                new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);

            /// <summary>The initial rate times (1 - epoch / total_iters)^power.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="total_iters">The number of epochs.</param>
            /// <param name="power">The exponent.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false) =>
                new impl.PolynomialLR(optimizer, total_iters, power, last_epoch, verbose);

            /// <summary>The rate falls from the initial one to eta_min along half a cosine (Loshchilov and Hutter 2017).</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="T_max">Half a period, in epochs.</param>
            /// <param name="eta_min">The least rate.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            /// <param name="verbose">Whether changes are written to <see cref="System.Diagnostics.Trace"/>.</param>
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);

            /// <summary>One schedule after the other.</summary>
            /// <param name="optimizer">The optimizer.</param>
            /// <param name="schedulers">The schedules.</param>
            /// <param name="milestones">The epochs at which the second, third, ... schedule begins, with an epoch 0 of its own.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 at first.</param>
            public static LRScheduler SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones,
                int last_epoch = -1) =>
                new impl.SequentialLR(optimizer, schedulers, milestones, last_epoch);

            /// <summary>Several schedules at once, each changing the rates the one before it left.</summary>
            /// <param name="schedulers">The schedules.</param>
            public static LRScheduler ChainedLR(IEnumerable<LRScheduler> schedulers) => new impl.ChainedLR(schedulers);
        }
    }
}
