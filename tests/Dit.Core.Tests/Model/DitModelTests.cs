using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class DitModelTests
{
    [Fact]
    public void Shared_conditions_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny);
        var x = zeros(3, Models.Tiny.Channels, Models.Tiny.ImageSize.Height, Models.Tiny.ImageSize.Width);
        Assert.Throws<ArgumentException>("rows", () => model.Predict(x, zeros(2), null, zeros(2, int64)));
        Assert.Throws<ArgumentException>("rows", () => model.Predict(x, zeros(2), null, zeros(3)));
        Assert.Throws<ArgumentException>("t", () => model.Predict(x, zeros(2, 1), null, zeros(3, int64)));
        Assert.Throws<ArgumentException>("y", () => model.Predict(x, zeros(2), zeros(3, int64), zeros(3, int64)));
        Assert.Throws<ArgumentException>("rows", () => model.Predict(x, zeros(2), null, full(3, 2L, int64)));
        Assert.Throws<ArgumentException>("rows", () => model.Predict(x, zeros(2), null, full(3, -1L, int64)));
    }

    [Fact]
    public void Labels_are_dropped_in_training_only()
    {
        using var model = Models.Random(Models.Tiny, seed: 1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Inputs(64);
        var kept = model.forward(x, t, y, dropped: null);
        var dropped = model.forward(x, t, null);

        model.eval();
        Assert.True(model.call(x, t, y).Equals(kept));

        model.train();
        using var generator = new Generator(3);
        model.DropoutGenerator = generator;
        var output = model.call(x, t, y);
        var same = 0;
        for (var i = 0; i < 64; i++)
        {
            var isKept = output[i].allclose(kept[i], 1e-5, 1e-5);
            Assert.True(isKept ^ output[i].allclose(dropped[i], 1e-5, 1e-5), $"image {i} is neither labelled nor dropped");
            same += isKept ? 1 : 0;
        }
        Assert.InRange(same, 36, 60);                                  // 48 expected at a dropout of 0.25

        generator.manual_seed(3);
        Assert.True(model.call(x, t, y).Equals(output));
    }

    [Fact]
    public void Null_labels_are_the_null_class()
    {
        using var model = Models.Random(Models.Tiny, seed: 1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Inputs(3);
        var expected = model.forward(x, t, full_like(y, model.Config.Classes), null);
        Assert.True(model.forward(x, t, null, null).Equals(expected));
        Assert.True(model.forward(x, t, y, ones(3, ScalarType.Bool)).Equals(expected));
    }

    [Fact]
    public void Unconditional_model()
    {
        using var model = Models.Random(Models.Tiny with { Classes = 0 }, seed: 1);
        using var scope = NewDisposeScope();
        var (x, t, y) = Inputs(2);
        Assert.Equal([2, 1, 8, 8], model.call(x, t, null).shape);
        Assert.DoesNotContain(model.state_dict().Keys, k => k.StartsWith("y_embedder", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>("y", () => model.call(x, t, y));
    }

    [Fact]
    public void Weights_depend_on_the_seed_alone()
    {
        using var first = Models.Random(Models.Tiny, seed: 5);
        manual_seed(99);
        using var second = Models.Random(Models.Tiny, seed: 5);
        using var other = Models.Random(Models.Tiny, seed: 6);
        Assert.All(first.parameters().Zip(second.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.False(first.get_parameter("blocks.0.attn.qkv.weight")!.Equals(other.get_parameter("blocks.0.attn.qkv.weight")!));
    }

    [Fact]
    public void Output_has_the_type_of_the_images()
    {
        using var model = Models.Random(Models.Tiny, seed: 1);
        using var scope = NewDisposeScope();
        var (x, t, y) = Inputs(2);
        Assert.Equal(float32, model.call(x, t, y).dtype);
        Assert.Equal(float64, model.call(x.to(float64), t, y).dtype);
        Assert.Equal(float64, model.to(float64).call(x.to(float64), t, y).dtype);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_sides_and_a_cure()
    {
        using var model = Models.Random(Models.Tiny, seed: 1);
        using var strict = Models.Random(Models.Tiny with { LabelDropout = 0 }, seed: 1);
        using var scope = NewDisposeScope();
        var (x, t, y) = Inputs(4);

        Refuses("x", () => model.call(randn(4, 3, 8, 8), t, y), "[4, 3, 8, 8]", "[B, 1, 8, 8]", "Convert them to grey");
        Refuses("x", () => model.call(randn(4, 1, 16, 16), t, y), "[4, 1, 16, 16]", "ImageSize = 8", "Resize");
        Refuses("x", () => model.call(randn(4, 8, 8), t, y), "[4, 8, 8]");
        Refuses("x", () => model.call(zeros(4, 1, 8, 8, uint8), t, y), "Byte", "float32");
        Refuses("t", () => model.call(x, zeros(3), y), "[3]", "[4]");
        Refuses("t", () => model.call(x, tensor(1.0), y), "[]", "[4]");
        Refuses("y", () => model.call(x, t, zeros(3, int64)), "[3]", "[4]");
        Refuses("y", () => model.call(x, t, zeros(4)), "Float32", "Int64");
        Refuses("y", () => model.call(x, t, tensor(new[] { 0L, 1L, 5L, 0L })), "label is 5", "4 classes", "null class");
        Refuses("y", () => model.call(x, t, tensor(new[] { 0L, -1L, 0L, 0L })), "label is -1");
        Refuses("y", () => strict.call(x, t, tensor(new[] { 0L, 1L, 4L, 0L })), "label is 4", "0 to 3");
        Refuses("y", () => strict.call(x, t, null), "LabelDropout = 0");
        Refuses("dropped", () => strict.forward(x, t, y, ones(4, ScalarType.Bool)), "no null class");
        Refuses("dropped", () => model.forward(x, t, y, ones(4)), "Bool [4]");
        Assert.Throws<ArgumentNullException>("x", () => model.call(null!, t, y));
        Assert.Throws<ArgumentNullException>("t", () => model.call(x, null!, y));
    }

    [Fact]
    public void A_forward_pass_leaves_nothing_but_its_result()
    {
        using var model = Models.Random(Models.Tiny, seed: 1);
        using var scope = NewDisposeScope();
        var (x, t, y) = Inputs(2);
        var before = scope.DisposablesCount;
        using (no_grad())
            model.call(x, t, y);
        Assert.Equal(before + 1, scope.DisposablesCount);
        model.forward(x, t, y, null);
        Assert.Equal(before + 2, scope.DisposablesCount);
    }

    [Fact]
    public void Saved_and_loaded_models_are_the_same()
    {
        using var folder = new TemporaryFolder();
        using var model = Models.Random(Models.Tiny with { LearnedVariance = true }, seed: 1);
        model.Save(folder["model.safetensors"]);
        using var loaded = DitModel.Load(folder["model.safetensors"]);
        Assert.Equal(model.Config, loaded.Config);
        Assert.False(loaded.training);
        Assert.All(model.named_parameters().Zip(loaded.named_parameters()), p =>
        {
            Assert.Equal(p.First.name, p.Second.name);
            Assert.True(p.First.parameter.Equals(p.Second.parameter));
        });
    }

    private static (Tensor X, Tensor T, Tensor Y) Inputs(int count)
    {
        using var generator = new Generator(7);
        return (randn(count, 1, 8, 8, generator: generator), arange(count) * 10.0, arange(count, int64).remainder(4));
    }

    private static void Refuses(string parameter, Func<object?> call, params string[] parts)
    {
        var error = Assert.Throws<ArgumentException>(parameter, call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
