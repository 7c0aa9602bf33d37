using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Flow matching in three lines.</summary>
internal sealed class FlowObjective : ITrainingObjective
{
    public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
    {
        var t = rand([images.shape[0]], float32, images.device, generator: generator);           // [B]
        var noise = randn(images.shape, float32, images.device, generator: generator);           // [B, C, H, W]
        var s = t.view(-1, 1, 1, 1);
        return (model.call((1 - s) * images + s * noise, t * 1000, labels) - (noise - images)).square().mean();
    }
}
