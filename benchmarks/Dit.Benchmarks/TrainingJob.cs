using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Training steps, written as a host application writes its own loop.</summary>
internal sealed class TrainingJob : IJob
{
    private readonly DitModel _model;
    private readonly DenoisingObjective _objective = new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
    private readonly optim.Optimizer _optimizer;
    private readonly ExponentialMovingAverage _ema;
    private readonly Tensor _images, _labels;
    private readonly Precision _precision;

    public TrainingJob(Workload workload, Precision precision)
    {
        _model = new DitModel(workload.Config);
        _model.train();
        _optimizer = optim.AdamW(_model.parameters(), lr: 1e-4, weight_decay: 0);
        _ema = new ExponentialMovingAverage(_model, decay: 0.9999);
        (_images, _labels) = Inputs.Of(workload);
        _precision = precision;
    }

    public void Run(int steps)
    {
        var last = double.NaN;
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            var loss = Loss();
            _optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(_model.parameters(), 1.0);
            _optimizer.step();
            _ema.Update(_model);
            if (i == steps - 1) last = loss.item<float>();
        }

        if (!double.IsFinite(last)) throw new ArithmeticException($"The benchmark computed the loss {last}.");
    }

    public void Dispose()
    {
        _ema.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    private Tensor Loss()
    {
        using var _ = Autocast.For(_precision, CPU);
        return _objective.Loss(_model, _images, _labels);
    }
}
