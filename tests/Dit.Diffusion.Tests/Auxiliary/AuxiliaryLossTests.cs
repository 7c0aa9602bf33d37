using Dit.Tests;
using Dit.Core;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Auxiliary;

public sealed class AuxiliaryLossTests
{
    private static readonly DitConfig Config = new() { ImageSize = 8, PatchSize = 2, Channels = 2, Width = 16, Depth = 3, Heads = 2, Classes = 4, LabelDropout = 0 };

    public static TheoryData<string, DitConfig> Models => new()
    {
        { "adaLN-Zero", Config },
        { "registers", Config with { Registers = 3 } },
        { "in context", Config with { Block = BlockType.InContext } },
    };

    /// ln mean exp(-|h_i - h_j|^2 / (N tau)) of the images' own tokens, written out pair by pair.
    [Theory, MemberData(nameof(Models))]
    public void Dispersion_is_the_formula(string name, DitConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = Filled(config);
        Tensor? hidden = null;
        model.BlockOutput = (block, tokens) => hidden = block == 1 ? tokens.detach().clone().DetachFromDisposeScope() : hidden;
        var loss = Auxiliary(model, new DispersiveLoss(1, weight: 0.25, temperature: 0.7));
        var h = hidden!.narrow(1, 0, 16).flatten(1).to(float64);
        var sum = 0.0;
        for (var i = 0; i < 5; i++)
            for (var j = 0; j < 5; j++)
                sum += Math.Exp(-(h[i] - h[j]).square().mean().item<double>() / 0.7);
        Assert.True(Math.Abs(0.25 * Math.Log(sum / 25) - loss) < 1e-5, name);
        Assert.True(hidden!.shape[1] >= 16);
    }

    [Fact]
    public void Dispersion_pushes_apart_what_is_close_and_leaves_what_is_far()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var close = Batch((0.01 * randn([6, 4, 8], generator: generator)).requires_grad_());
        var far = Batch((100 * randn([6, 4, 8], generator: generator)).requires_grad_());
        var loss = new DispersiveLoss(0);
        Assert.Equal(0, Loss(loss, close), 1e-3);
        Assert.Equal(-Math.Log(6), Loss(loss, far), 1e-3);                         // nothing but each one's pair with itself
        Assert.Equal(0, Loss(loss, Batch(ones(1, 4, 8))), 1e-6);
    }

    [Fact]
    public void Contrast_is_the_distance_to_the_image_before()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor Draw() => randn([3, 2, 2, 2], generator: generator);
        var (prediction, target) = (Draw(), Draw());
        var expected = -Enumerable.Range(0, 3).Average(i => (prediction[i] - target[(i + 2) % 3]).square().mean().item<float>());
        Assert.Equal(expected, Loss(new ContrastiveFlowLoss(), Batch(null, prediction, target)), 1e-5);
        Assert.Equal(0, Loss(new ContrastiveFlowLoss(), Batch(null, prediction.narrow(0, 0, 1), target.narrow(0, 0, 1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveFlowLoss(1));
    }

    [Fact]
    public void Direction_is_0_for_the_same_1_across_and_2_against()
    {
        using var scope = NewDisposeScope();
        var target = tensor(new[] { 3f, 4f }).view(1, 2, 1, 1);
        Tensor Say(float a, float b) => tensor(new[] { a, b }).view(1, 2, 1, 1);
        Assert.Equal(0, Loss(new CosineLoss(), Batch(null, Say(6, 8), target)), 1e-6);
        Assert.Equal(1, Loss(new CosineLoss(), Batch(null, Say(-4, 3), target)), 1e-6);
        Assert.Equal(2, Loss(new CosineLoss(), Batch(null, Say(-3, -4), target)), 1e-6);
        Assert.Throws<ArgumentException>(() => Loss(new CosineLoss(), Batch(null, zeros(1, 1, 2, 2), zeros(1, 1, 2, 2))));
    }

    /// The features are the projector's own answer, turned for half of the images.
    [Theory, MemberData(nameof(Models))]
    public void Alignment_is_the_angle_to_the_features(string name, DitConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = Filled(config);
        RepresentationAlignmentLoss? loss = null;
        using var made = loss = new RepresentationAlignmentLoss(2, 16, 6, batch => Features(loss!, batch), 8, weight: 0.5);
        Assert.Equal(0.5 * 2 * 2 / 5, Auxiliary(model, loss), 1e-4);                // two of five images against
        Assert.True(name.Length > 0);

        static Tensor Features(RepresentationAlignmentLoss loss, DenoisingBatch batch)
        {
            Assert.Equal([5L, 16, 16], batch.Hidden(2).shape);
            return loss.Projector.call(batch.Hidden(2)) * tensor(new[] { 1f, 1, -1, 1, -1 }).view(-1, 1, 1);
        }
    }

    [Fact]
    public void Alignment_trains_model_and_projector()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(Config);
        using var loss = new RepresentationAlignmentLoss(0, 16, 6, batch => ones(batch.Clean.shape[0], 16, 6), 8);
        Objective(loss).Loss(model, randn(5, 2, 8, 8), zeros(5, ScalarType.Int64)).backward();
        Assert.All(loss.Projector.parameters(), p => Assert.True(p.grad!.abs().max().item<float>() > 0));
        using var wrong = new RepresentationAlignmentLoss(0, 16, 6, batch => ones(batch.Clean.shape[0], 4, 6), 8);
        var error = Assert.Throws<ArgumentException>(() => Objective(wrong).Loss(model, randn(5, 2, 8, 8), zeros(5, ScalarType.Int64)));
        Assert.Contains("[5, 4, 6]", error.Message, StringComparison.Ordinal);
    }

    /// The features that come with a batch are those that a function would give.
    [Fact]
    public void Alignment_takes_the_features_of_the_batch()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(Config);
        var (images, labels, features) = (randn(5, 2, 8, 8), zeros(5, ScalarType.Int64), randn(5, 16, 6));
        manual_seed(1);
        using var given = new RepresentationAlignmentLoss(0, 16, 6, _ => features, 8);
        manual_seed(1);
        using var carried = new RepresentationAlignmentLoss(0, 16, 6, projectorWidth: 8);
        var expected = Objective(given).Loss(model, images, labels, new Generator(2)).item<float>();
        Assert.Equal(expected, Objective(carried).Loss(model, new Batch(images, labels, features), new Generator(2)).item<float>());
        Assert.NotEqual(expected, Objective(carried).Loss(model, new Batch(images, labels, -features), new Generator(2)).item<float>());
        var error = Assert.Throws<ArgumentException>(() => Objective(carried).Loss(model, images, labels));
        Assert.Contains("has no features", error.Message, StringComparison.Ordinal);
    }

    /// Hidden states are the same tensors whether blocks keep their activations or compute them again, and so is every gradient.
    [Theory, MemberData(nameof(Models))]
    public void Activation_checkpointing_changes_nothing(string name, DitConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = Filled(config);
        var (images, labels, t, noise) = (randn(5, 2, 8, 8), zeros(5, ScalarType.Int64), linspace(0.1, 0.9, 5), randn(5, 2, 8, 8));
        var objective = Objective(new DispersiveLoss(0), new DispersiveLoss(1));
        Tensor[] Gradients(bool checkpointing)
        {
            model.ActivationCheckpointing = checkpointing;
            model.zero_grad();
            objective.Loss(model, images, labels, t, noise).backward();
            return [.. model.parameters().Where(p => p.requires_grad).Select(p => p.grad!.clone())];
        }
        foreach (var (plain, again) in Gradients(false).Zip(Gradients(true))) Approximately.Equal(plain, again, 1e-6);
        Assert.Null(model.BlockOutput);
        Assert.True(name.Length > 0);
    }

    [Fact]
    public void A_block_that_is_not_there_is_named()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(Config);
        var (images, labels) = (randn(5, 2, 8, 8), zeros(5, ScalarType.Int64));
        var error = Assert.Throws<ArgumentException>("model", () => Objective(new DispersiveLoss(3)).Loss(model, images, labels));
        Assert.Contains("0 to 2", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>("model", () => Objective(new DispersiveLoss(0)).Loss(new LabelNetwork(), images, labels));
        Assert.Contains("DitModel", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("block", () => Auxiliary(model, new Curious()));
        Assert.Null(model.BlockOutput);
    }

    [FeatureFact(Feature.Autocast)]
    public void Casting_in_the_network_leaves_losses_float32()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(Config);
        double plain = Auxiliary(model, new DispersiveLoss(1)), cast;
        using (Autocast.Enter(DeviceType.CPU)) cast = Auxiliary(model, new DispersiveLoss(1));
        Assert.Equal(plain, cast, 0.02 * Math.Abs(plain) + 1e-3);
    }

    private static DenoisingObjective Objective(params IAuxiliaryLoss[] losses) =>
        new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()) { Auxiliary = losses };

    /// <summary>The auxiliary part of a loss with given draws, weighted.</summary>
    private static double Auxiliary(DitModel model, IAuxiliaryLoss loss)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        Tensor Draw() => randn([5, 2, 8, 8], generator: generator);
        return Objective(loss).Terms(model, Draw(), zeros(5, ScalarType.Int64), linspace(0.1, 0.9, 5), Draw()).Auxiliary!.item<float>();
    }

    private static double Loss(IAuxiliaryLoss loss, DenoisingBatch batch)
    {
        using var scope = NewDisposeScope();
        return loss.Loss(batch).item<float>();
    }

    private static DenoisingBatch Batch(Tensor? hidden, Tensor? prediction = null, Tensor? target = null)
    {
        var image = prediction ?? zeros(1, 2, 2, 2);
        return new(image, null, zeros(1), image, image, target ?? image, features: null, hidden is null ? null : _ => hidden);
    }

    private static DitModel Filled(DitConfig config)
    {
        using var generator = new Generator(1);
        using var guard = no_grad();
        var model = new DitModel(config, generator);
        foreach (var parameter in model.parameters().Where(p => p.requires_grad)) nn.init.normal_(parameter, 0, 0.2, generator);
        return model;
    }

    /// <summary>Asks for a block that it did not name.</summary>
    private sealed class Curious : IAuxiliaryLoss
    {
        public double Weight => 1;

        public Tensor Loss(DenoisingBatch batch) => batch.Hidden(0).mean();
    }
}
