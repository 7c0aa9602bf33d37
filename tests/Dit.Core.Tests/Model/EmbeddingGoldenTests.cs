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
            if (golden.Has($"pos2d_f64.d{width}.g{grid}"))
                golden.AssertClose($"pos2d_f64.d{width}.g{grid}", table.to(float64));
        }
    }

    /// <summary>One coordinate of the table is the encoding of a time with the sines first, of half the width.</summary>
    [Fact]
    public void One_coordinate()
    {
        using var golden = Golden.Open("embeddings");
        using var scope = NewDisposeScope();
        var expected = golden["pos1d.out"];
        golden.AssertClose("pos1d.out", TimestepEmbedder.Encode(golden["pos1d.pos"], new TimeEncoding { Width = (int)expected.shape[1], SinesFirst = true }).to(float64));
    }

    /// <summary>Excluded: rows of zeros in front of the table (<c>pos2d_extra2</c>), for class tokens; our extra tokens stand after the image's and have no positions.</summary>
    [Fact]
    public void Every_table_is_tested_or_named_here()
    {
        using var golden = Golden.Open("embeddings");
        string[] tested = ["t_int", "t_frac", "temb.", "pos2d.", "pos2d_f64.", "pos1d.", "pos2d_extra2."];
        Assert.All(golden.Keys, key => Assert.Contains(tested, prefix => key.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
