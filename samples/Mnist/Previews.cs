using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Samples.Mnist;

/// <summary>Draws the same digits from the same noise as the training goes on, and the curve of its loss.</summary>
internal sealed class Previews(DitTrainer trainer, DenoisingObjective objective, DemoOptions options) : ITrainingObserver
{
    private const int Every = 250, Rows = 2, Classes = MnistDataset.Classes;
    private readonly LossCurve _curve = new(options.Out);

    public void OnStep(TrainingProgress progress)
    {
        _curve.Add(progress.Step, progress.Loss);
        if (progress.Step % Every != 0 && progress.Step != progress.Steps) return;
        Draw(options.PathTo($"samples-{progress.Step:D6}.png"));
        SaveCurve();
    }

    public void SaveCurve() => _curve.Save();

    private void Draw(string path)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)options.Seed + 1);
        var labels = arange(Rows * Classes, ScalarType.Int64).remainder(Classes);                       // [20]: 0 to 9, twice
        var noise = randn([Rows * Classes, 1, 28, 28], generator: generator);                           // [20, 1, 28, 28]
        var denoiser = objective.Denoiser(trainer.EmaModel, labels).Guided(options.Guidance);
        ImageFile.SaveGrid(path, new EulerSampler(options.SamplerSteps).Sample(denoiser, noise), columns: Classes);
    }
}
