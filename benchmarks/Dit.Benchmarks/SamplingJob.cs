using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Guided Euler steps, as a host application draws images.</summary>
internal sealed class SamplingJob : IJob
{
    private readonly DitModel _model;
    private readonly Denoiser _denoiser;
    private readonly Tensor _noise, _labels;
    private readonly Precision _precision;

    public SamplingJob(Workload workload, Precision precision)
    {
        _model = new DitModel(workload.Config);
        _model.eval();
        (_noise, _labels) = Inputs.Of(workload);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        _denoiser = objective.Denoiser(_model, _labels).Guided(scale: 4.0);
        _precision = precision;
    }

    public void Run(int steps)
    {
        using var _ = Autocast.For(_precision, CPU);
        using var images = new EulerSampler(steps).Sample(_denoiser, _noise);
        using var level = images.abs().mean();
        if (!float.IsFinite(level.item<float>())) throw new ArithmeticException("The benchmark drew images that are not finite.");
    }

    public void Dispose()
    {
        _model.Dispose();
        _noise.Dispose();
        _labels.Dispose();
    }
}
