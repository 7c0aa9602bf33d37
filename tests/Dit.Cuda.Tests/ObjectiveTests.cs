using Dit.Core;
using Dit.Core.Tests;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class ObjectiveTests
{
    private static readonly Dictionary<string, Func<ITrainingObjective>> Objectives = new()
    {
        ["rectified flow"] = () => Flow(new LogitNormalTimesteps()),
        ["stratified"] = () => Flow(new UniformTimesteps().Stratified()),
        ["shifted"] = () => Flow(new UniformTimesteps().Shifted(3)),
        ["mixed"] = () => Flow(new LogitNormalTimesteps().MixedWithUniform(0.1)),
        ["mode"] = () => Flow(new ModeTimesteps()),
        ["cosine map"] = () => Flow(new CosMapTimesteps()),
        ["hybrid loss"] = DenoisingObjective.OfficialDit,
        ["panda"] = DenoisingObjective.Panda,
        ["EDM"] = () => DenoisingObjective.Edm(),
        ["JiT"] = DenoisingObjective.Jit,
        ["velocity"] = () => new DenoisingObjective(DiscreteSchedule.Cosine(), Prediction.V, new UniformTimesteps()) { Weighting = new MinSnrWeighting() },
        ["optimal transport"] = () => FlowMatching.OptimalTransport(),
        ["Schroedinger bridge"] = () => FlowMatching.SchroedingerBridge(),
        ["auxiliary losses"] = () => new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps())
        {
            Auxiliary = [new ContrastiveFlowLoss(), new DispersiveLoss(0)],
        },
        ["shortcut"] = () => new ShortcutObjective(),
    };

    public static TheoryData<string> Names => [.. Objectives.Keys];

    /// <summary>Loss and gradients are on the device, and to get them is to wait for nothing, but where pairs are made on the processor.</summary>
    [CudaTheory, MemberData(nameof(Names))]
    public void Losses_are_made_on_the_device(string name)
    {
        using var scope = NewDisposeScope();
        var objective = Objectives[name]();
        using var model = Models.Random(Models.Tiny with { LearnedVariance = name == "hybrid loss" }).to(CUDA);
        using var generator = new Generator(5, CUDA);
        var images = randn([6, 1, 8, 8], device: CUDA, generator: generator);
        var labels = arange(6, int64, device: CUDA).remainder(4);
        var loss = objective.Loss(model, images, labels, generator);                      // tables go to the device once
        var waits = CudaDevice.CountsWaits ? CudaDevice.Waits : 0;
        loss = objective.Loss(model, images, labels, generator);
        loss.backward();
        if (CudaDevice.CountsWaits && name is not ("optimal transport" or "Schroedinger bridge"))
            Assert.Equal(waits, CudaDevice.Waits);
        Assert.Equal(DeviceType.CUDA, loss.device.type);
        Assert.True(double.IsFinite(loss.item<float>()));
        Assert.All(model.parameters().Where(p => p.grad is not null), p => Assert.Equal(DeviceType.CUDA, p.grad!.device.type));
    }

    /// <summary>What an objective learns follows the model to the device.</summary>
    [CudaFact]
    public void Learning_objectives_learn_there()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny).to(CUDA);
        using var times = new LossSecondMomentTimesteps(parts: 4, history: 2);
        using var alignment = new RepresentationAlignmentLoss(0, width: 16, featureWidth: 8, projectorWidth: 16);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, times) { Auxiliary = [alignment] };
        objective.Learned!.to(CUDA);
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions { Precision = Dit.Torch.Precision.BFloat16 });
        for (var i = 0; i < 5; i++)
        {
            using var batch = new Batch(randn([6, 1, 8, 8]), arange(6, int64).remainder(4), randn([6, 16, 8]));
            Assert.True(double.IsFinite(trainer.TrainStep(batch).Loss));
        }
        Assert.All(alignment.Projector.parameters(), p => Assert.Equal(DeviceType.CUDA, p.device.type));
    }

    private static DenoisingObjective Flow(ITimestepSampler timesteps) => new(new RectifiedFlow(), Prediction.FlowVelocity, timesteps);
}
