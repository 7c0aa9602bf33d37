using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>The exact denoiser of data that is one of a few points: x_0 is their mean, each weighed by how likely it led to x_t.</summary>
/// <param name="points">The data, [K, C, H, W].</param>
internal sealed class PointsDenoiser(Tensor points) : Denoiser(new RectifiedFlow(), Prediction.Sample)
{
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (alpha, sigma) = (Schedule.Alpha(t), Schedule.Sigma(t));
        var data = points.flatten(1).to(x.dtype);                                                       // [K, D]
        var distances = (x.flatten(1).unsqueeze(1) - alpha * data).square().sum([2]);                   // [B, K]
        var weights = (-distances / (2 * sigma * sigma)).softmax(1);                                    // [B, K]
        return weights.mm(data).view(x.shape).MoveToOuterDisposeScope();
    }

    /// <summary>How far each sample is from the nearest point, and which that is; [B] each.</summary>
    public (Tensor Distance, Tensor Which) Nearest(Tensor samples)
    {
        var distances = (samples.flatten(1).unsqueeze(1) - points.flatten(1)).abs().amax([2]);          // [B, K]
        var (distance, which) = distances.min(1);
        return (distance, which);
    }
}
