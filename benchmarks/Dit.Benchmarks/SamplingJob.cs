using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Guided Euler steps, as a host application draws images.</summary>
internal sealed class SamplingJob : IJob
{
    private readonly DitModel _model;
    private readonly Denoiser _denoiser;
    private readonly Tensor _noise, _labels;
    private readonly Precision _precision;
    private readonly GraphedNetwork? _graphed;
    private readonly bool _isCast;              // weights, once and for all, which replays of a graph need not cast again

    /// <param name="workload">Model and batch.</param>
    /// <param name="precision">Single precision, or autocast.</param>
    /// <param name="device">Where.</param>
    /// <param name="graphs">Whether the network is recorded as a CUDA graph.</param>
    public SamplingJob(Workload workload, Precision precision, Device device, bool graphs)
    {
        _model = new DitModel(workload.Config);
        _model.to(device);
        if (_isCast = device.type == DeviceType.CUDA && precision == Precision.BFloat16) _model.to(ScalarType.BFloat16);
        _model.eval();
        (_noise, _labels) = Inputs.Of(workload, device);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        _graphed = graphs ? new GraphedNetwork(_model) : null;
        var denoiser = _graphed is null ? objective.Denoiser(_model, _labels) : objective.Denoiser(_graphed, _labels, workload.Config.Classes);
        _denoiser = denoiser.Guided(scale: 4.0);
        _precision = precision;
    }

    public void Run(int steps)
    {
        using var _ = _isCast ? null : Autocast.For(_precision, _noise.device);
        using var images = new EulerSampler(steps).Sample(_denoiser, _noise);
        using var level = images.abs().mean();
        if (!float.IsFinite(level.item<float>())) throw new ArithmeticException("The benchmark drew images that are not finite.");
    }

    public void Dispose()
    {
        _graphed?.Dispose();
        _model.Dispose();
        _noise.Dispose();
        _labels.Dispose();
    }
}
