using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Training steps, written as a host application writes its own loop.</summary>
internal sealed class TrainingJob : IJob
{
    private readonly DitModel _model;
    private readonly DenoisingObjective _objective = new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
    private readonly optim.Optimizer _optimizer;
    private readonly ExponentialMovingAverage _ema;
    private readonly Tensor _images, _labels, _loss;
    private readonly Precision _precision;
    private readonly CudaGraph? _graph;

    /// <param name="workload">Model and batch.</param>
    /// <param name="precision">Single precision, or autocast.</param>
    /// <param name="device">Where.</param>
    /// <param name="graphs">Whether the step, up to the optimizer's, is a CUDA graph.</param>
    public TrainingJob(Workload workload, Precision precision, Device device, bool graphs)
    {
        _model = new DitModel(workload.Config);
        _model.to(device);
        _model.train();
        _optimizer = optim.AdamW(_model.parameters(), lr: 1e-4, weight_decay: 0);
        _ema = new ExponentialMovingAverage(_model, decay: 0.9999);
        (_images, _labels) = Inputs.Of(workload, device);
        _loss = zeros([], device: device);
        _precision = precision;
        _graph = graphs ? CudaGraph.Capture(Step, device) : null;
    }

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            if (_graph is null) Step();
            else _graph.Replay();
            _ema.Update(_model);
        }

        var last = _loss.item<float>();
        if (!float.IsFinite(last)) throw new ArithmeticException($"The benchmark computed the loss {last}.");
    }

    public void Dispose()
    {
        _graph?.Dispose();
        _ema.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        _images.Dispose();
        _labels.Dispose();
        _loss.Dispose();
    }

    private void Step()
    {
        using var scope = NewDisposeScope();
        var loss = Loss();
        _model.zero_grad();
        loss.backward();
        FusedOps.ClipGradNorm([.. _model.parameters().Select(parameter => parameter.grad)], 1.0);
        _optimizer.step();
        _loss.copy_(loss.detach());
    }

    private Tensor Loss()
    {
        using var _ = Autocast.For(_precision, _images.device);
        return _objective.Loss(_model, _images, _labels);
    }
}
