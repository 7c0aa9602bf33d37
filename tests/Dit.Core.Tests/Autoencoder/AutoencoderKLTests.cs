using Dit.Tests;
using Dit.Torch;
using TorchSharp;
using static Dit.Core.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class AutoencoderKLTests
{
    /// <summary>What the sd-vae-ft files hold.</summary>
    [Fact]
    public void Stable_diffusions_number_of_parameters()
    {
        using var model = new AutoencoderKL();
        Assert.Equal(83_653_863, model.parameters().Sum(p => p.numel()));
        Assert.Equal((4, 8), (model.LatentChannels, model.DownsamplingFactor));
    }

    [Fact]
    public void Latents_are_drawn_from_the_generator_shifted_and_scaled()
    {
        using var model = Random(Tiny with { ShiftFactor = 0.25, ScalingFactor = 3 });
        using var scope = NewDisposeScope();
        var x = Images(2, 16, 8);
        using var posterior = model.EncodeMoments(x);
        var noise = randn([2, 4, 4, 2], generator: new Generator(5));
        var z = model.Encode(x, new Generator(5));
        Assert.Equal([2, 4, 4, 2], z.shape);
        Assert.True(z.allclose((posterior.Sample(noise) - 0.25) * 3, 1e-6, 1e-6));
        Assert.False(z.allclose(model.Encode(x, new Generator(6)), 1e-3, 1e-3));

        model.SamplesPosterior = false;
        var mode = model.Encode(x);
        Assert.True(mode.allclose((posterior.Mean - 0.25) * 3, 1e-6, 1e-6));
        Assert.True(model.Decode(mode).allclose(model.call(x), 1e-4, 1e-5));
    }

    /// <summary>As a codec within a training's mixed precision: images and latents as without.</summary>
    [FeatureFact(Feature.Autocast)]
    public void Within_a_trainings_mixed_precision_it_computes_as_ever()
    {
        using var model = Random(Tiny);
        using var scope = NewDisposeScope();
        var x = Images(2, 16, 8);
        model.SamplesPosterior = false;
        var (latents, images) = (model.Encode(x), model.call(x));
        using var cast = Autocast.Enter(DeviceType.CPU);
        Assert.True(latents.Equals(model.Encode(x)));
        Assert.True(images.Equals(model.call(x)));
        Assert.Equal(float32, model.Decode(latents).dtype);
        Assert.Equal(bfloat16, ones(2, 2).matmul(ones(2, 2)).dtype);                            // the cast goes on around it
    }

    [Fact]
    public void The_distribution_of_scaled_latents_is_what_encoding_draws_from()
    {
        using var model = Random(Tiny with { ShiftFactor = 0.25, ScalingFactor = 3 });
        using var scope = NewDisposeScope();
        var x = Images(2, 16, 8).requires_grad_();
        using var scaled = model.EncodeDistribution(x);
        Assert.True(scaled.Sample(new Generator(5)).allclose(model.Encode(x, new Generator(5)), 1e-5, 1e-5));
        Assert.False(scaled.Mean.requires_grad);
        Assert.Null(((ILatentCodec)new IdentityCodec()).EncodeDistribution(x));
    }

    [Fact]
    public void A_description_tells_codecs_apart()
    {
        using var model = Random(Tiny);
        using var same = Random(Tiny);
        using var other = Random(Tiny, seed: 2);
        using var scaled = Random(Tiny with { ScalingFactor = 3 });
        Assert.Equal(model.Describe(), same.Describe());
        same.SamplesPosterior = false;
        Assert.Equal(4, new[] { model, same, other, scaled }.Select(m => m.Describe()).Distinct().Count());
        Assert.Equal("IdentityCodec, 3 channels at 1/1", ((ILatentCodec)new IdentityCodec()).Describe());
    }

    [Fact]
    public void The_codec_builds_no_graph_and_the_raw_methods_do()
    {
        using var model = Random(Tiny);
        using var scope = NewDisposeScope();
        var x = Images(1, 8, 8).requires_grad_();
        var z = model.Encode(x);
        Assert.False(z.requires_grad);
        Assert.False(model.Decode(z.requires_grad_()).requires_grad);
        Assert.True(model.EncodeMoments(x).Mean.requires_grad);
        Assert.True(model.DecodeRaw(z).requires_grad);
    }

    [Fact]
    public void Results_have_the_type_of_the_inputs()
    {
        using var model = Random(Tiny).to(float64);
        using var scope = NewDisposeScope();
        var z = model.Encode(Images(1, 8, 8));
        Assert.Equal(float32, z.dtype);
        Assert.Equal(float32, model.Decode(z).dtype);
        Assert.Equal(float64, model.Decode(z.to(float64)).dtype);
    }

    [Fact]
    public void Without_attention_and_convolutions_around_the_latents()
    {
        using var model = Random(Tiny with { MidBlockAttention = false, UseQuantConv = false, UsePostQuantConv = false });
        using var scope = NewDisposeScope();
        Assert.DoesNotContain(model.state_dict().Keys, k => k.Contains("attentions", StringComparison.Ordinal) || k.Contains("quant", StringComparison.Ordinal));
        Assert.Equal([2, 3, 8, 12], model.Decode(model.Encode(Images(2, 8, 12))).shape);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_sides_and_a_cure()
    {
        using var model = Random(Tiny);
        using var scope = NewDisposeScope();
        Func<Tensor, object?>[] encoders = [x => model.Encode(x), model.EncodeMoments, model.call];
        foreach (var encode in encoders)
        {
            Refuses("images", () => encode(randn(2, 1, 8, 8)), "[2, 1, 8, 8]", "[B, 3, H, W]", "InChannels = 3");
            Refuses("images", () => encode(randn(3, 8, 8)), "[3, 8, 8]");
            Refuses("images", () => encode(randn(2, 3, 18, 8)), "[2, 3, 18, 8]", "multiples of 4", "[2, 3, 16, 8]");
            Refuses("images", () => encode(randn(2, 3, 8, 2)), "multiples of 4", "[2, 3, 8, 4]");
            Refuses("images", () => encode(zeros(0, 3, 8, 8)), "not empty");
            Refuses("images", () => encode(zeros(2, 3, 8, 8, uint8)), "Byte", "float32");
            Assert.Throws<ArgumentNullException>("images", () => encode(null!));
        }
        Func<Tensor, object?>[] decoders = [model.Decode, model.DecodeRaw];
        foreach (var decode in decoders)
        {
            Refuses("latents", () => decode(randn(2, 3, 8, 8)), "[2, 3, 8, 8]", "[B, 4, H, W]", "LatentChannels = 4");
            Refuses("latents", () => decode(zeros(2, 4, 8, 8, int64)), "Int64");
            Refuses("latents", () => decode(zeros(2, 4, 0, 8)), "[2, 4, 0, 8]");
            Assert.Throws<ArgumentNullException>("latents", () => decode(null!));
        }
    }

    [Fact]
    public void A_call_leaves_nothing_but_its_result()
    {
        using var model = Random(Tiny);
        model.DecodeTiling = new DecodeTiling { TileSize = 3, Overlap = 1 };
        using var scope = NewDisposeScope();
        var (x, z) = (Images(1, 16, 16), randn(1, 4, 4, 4));
        var before = scope.DisposablesCount;
        model.Encode(x);
        Assert.Equal(++before, scope.DisposablesCount);
        model.Decode(z);
        Assert.Equal(++before, scope.DisposablesCount);
        model.DecodeRaw(z);
        Assert.Equal(++before, scope.DisposablesCount);
        model.call(x);
        Assert.Equal(++before, scope.DisposablesCount);
        using (var posterior = model.EncodeMoments(x))
        {
            posterior.Sample().Dispose();
            posterior.Mode().Dispose();
            posterior.KullbackLeibler().Dispose();
            posterior.KullbackLeibler(posterior).Dispose();
            posterior.NegativeLogLikelihood(z).Dispose();
        }
        Assert.Equal(before, scope.DisposablesCount);
    }

    /// <summary>Without scopes of the host's and without a garbage collection.</summary>
    [Fact]
    public void Live_tensors_and_bytes_are_flat_over_calls()
    {
        using var model = Random(Tiny);
        model.DecodeTiling = new DecodeTiling { TileSize = 3, Overlap = 1 };
        using var x = Images(2, 16, 16).DetachFromDisposeScope();
        Memory.Settle();
        var (tensors, bytes) = (new List<long>(), new List<long>());
        for (var i = 0; i < 30; i++)
        {
            using (var z = model.Encode(x))
            using (model.Decode(z))
            using (model.call(x))                                     // with a graph
            {
            }
            if (i % 10 != 5)
                continue;
            tensors.Add(Tensor.TotalCount);
            if (Engine.Supports(Feature.MemoryStatistics))
                bytes.Add(Engine.Memory().LiveBytes);
        }
        Assert.Single(tensors.Distinct());
        Assert.True(bytes.Count == 0 || bytes.Max() - bytes.Min() < 1024, string.Join(", ", bytes));
    }

    internal static Tensor Images(long batch, long height, long width)
    {
        using var generator = new Generator(11);
        return rand(batch, 3, height, width, generator: generator).mul_(2).sub_(1);
    }
}
