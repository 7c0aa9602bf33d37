using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>(input - target)^2.</summary>
public sealed class MSELoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public MSELoss(Reduction reduction = Reduction.Mean) : base(reduction) { }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.mse_loss(input, target, reduction);
}

/// <summary>|input - target|.</summary>
public sealed class L1Loss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public L1Loss(Reduction reduction = Reduction.Mean) : base(reduction) { }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.l1_loss(input, target, reduction);
}

/// <summary>d^2 / (2 beta) for |d| below beta, |d| - beta / 2 above.</summary>
public sealed class SmoothL1Loss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    /// <param name="beta">Where the parabola ends.</param>
    public SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1) : base(reduction) => this.beta = beta;

    /// <summary>Where the parabola ends.</summary>
    public double beta { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.smooth_l1_loss(input, target, reduction, beta);
}

/// <summary>d^2 / 2 for |d| below delta, delta (|d| - delta / 2) above.</summary>
public sealed class HuberLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="delta">Where the parabola ends.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public HuberLoss(double delta = 1, Reduction reduction = Reduction.Mean) : base(reduction) => this.delta = delta;

    /// <summary>Where the parabola ends.</summary>
    public double delta { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.huber_loss(input, target, delta, reduction);
}

/// <summary>The Kullback-Leibler divergence of log-probabilities.</summary>
public sealed class KLDivLoss : Loss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="log_target">Whether the target holds log-probabilities, too.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) : base(reduction) => this.log_target = log_target;

    /// <summary>Whether the target holds log-probabilities, too.</summary>
    public bool log_target { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.kl_div(input, target, log_target, reduction);
}
