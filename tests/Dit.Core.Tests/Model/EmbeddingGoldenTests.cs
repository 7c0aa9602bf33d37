using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Time and position encodings.</summary>
[Trait("Category", "Golden")]
public sealed class EmbeddingGoldenTests
{
    /// <summary>Beyond this argument the fixture allows for the rounding of t * f and of the platform's sine.</summary>
    private const double LargeTime = 100, LargeTimeTolerance = 1e-4;

    [Fact]
    public void Timesteps()
    {
        using var golden = Golden.Open("embeddings");
        using var scope = NewDisposeScope();
        foreach (var spec in golden.Config.GetProperty("timestep_embedding").EnumerateArray())
        {
            var (width, period) = (spec.GetProperty("dim").GetInt32(), spec.GetProperty("max_period").GetInt64());
            foreach (var kind in new[] { "int", "frac" })
            {
                var t = golden[$"t_{kind}"];
                var encoding = TimestepEmbedder.Encode(t, width, period);
                Assert.Equal(float32, encoding.dtype);
                var expected = golden[$"temb.{kind}.d{width}.p{period}"];
                var large = t.abs().gt(LargeTime);                                     // [B]
                var error = (encoding - expected).abs().amax([1]);                     // [B]
                Assert.True(error.max().item<float>() <= LargeTimeTolerance);
                Assert.True(error.masked_fill(large, 0).max().item<float>() <= golden.Tolerance("abs", 1e-5), $"{kind} {width}");
            }
        }
    }

    [Fact]
    public void Positions()
    {
        using var golden = Golden.Open("embeddings");
        foreach (var spec in golden.Config.GetProperty("pos_embed").EnumerateArray())
        {
            var (width, grid) = (spec.GetProperty("embed_dim").GetInt32(), spec.GetProperty("grid_size").GetInt32());
            using var table = PositionEmbedding.SinCos2D(width, grid, grid);
            golden.AssertClose($"pos2d.d{width}.g{grid}", table);
        }
    }
}
