using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Denoisers;

/// <summary>All samples of an evaluation have the same time, and many the same label: each pair is embedded, and modulates, once.</summary>
public class SharedConditionsTests
{
    private static readonly DitConfig Config = new() { ImageSize = 4, PatchSize = 2, Channels = 1, Width = 16, Depth = 2, Heads = 2, Classes = 10 };
    private static readonly DenoisingObjective Objective = new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());

    [Theory]
    [InlineData(new long[] { 3, 1, 3, 3, 1, 3 }, false, 2)]
    [InlineData(new long[] { 3, 1, 3, 3, 1, 3 }, true, 3)]
    [InlineData(new long[] { 5, 4, 3, 2, 1, 0 }, false, 6)]
    [InlineData(new long[] { 5, 4, 3, 2, 1, 0 }, true, 7)]
    [InlineData(null, false, 1)]
    public void Each_pair_of_time_and_label_is_computed_once(long[]? labels, bool guided, int pairs)
    {
        using var scope = NewDisposeScope();
        using var model = Filled();
        var rows = new List<long>();
        foreach (var (_, module) in model.named_modules())
            (module as Modulation)?.register_forward_pre_hook((_, c, which) =>
            {
                rows.Add(c.shape[0]);
                return (c, which);
            });
        var y = labels is null ? null : tensor(labels);
        var x = randn(6, 1, 4, 4);
        var denoiser = Objective.Denoiser(model, y);
        var got = guided ? denoiser.Guided(2).Predict(x, 0.3) : denoiser.Predict(x, 0.3);
        Assert.Equal(Enumerable.Repeat((long)pairs, 3), rows);                          // two blocks and the last layer

        // What the network says when every image comes with a time and a label of its own.
        using var guard = no_grad();
        model.eval();
        Tensor Own(Tensor? own) => model.call(x, full(6, 300f), own);
        var expected = Own(y);
        if (guided) expected = Own(full_like(y!, 10)) + 2 * (expected - Own(full_like(y!, 10)));
        Assert.True((expected - got).abs().max().item<float>() < 1e-5 * expected.abs().max().item<float>());
    }

    private static DitModel Filled()
    {
        var model = new DitModel(Config);
        using var generator = new Generator(3);
        using var guard = no_grad();
        foreach (var parameter in model.parameters().Where(p => p.requires_grad)) nn.init.normal_(parameter, 0, 0.3, generator);
        return model;
    }
}
