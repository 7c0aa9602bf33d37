using Dit.Tests;
using Dit.Torch;
using static Dit.Core.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class TiledDecodeTests
{
    public static TheoryData<int, int, int, int> Cuts => new()
    {
        { 5, 5, 2, 1 }, { 5, 8, 2, 4 }, { 6, 5, 2, 8 }, { 9, 4, 2, 2 }, { 37, 8, 3, 8 }, { 37, 8, 0, 2 }, { 37, 8, 7, 2 }, { 11, 10, 5, 3 }, { 128, 64, 16, 8 },
        { 1, 1, 0, 8 }, { 7, 1, 0, 1 },
    };

    [Theory, MemberData(nameof(Cuts))]
    public void Weights_sum_to_one_and_tiles_overlap_enough(int length, int size, int overlap, int factor)
    {
        var tiles = Tile.Cut(length, new DecodeTiling { TileSize = size, Overlap = overlap }, factor);
        var sums = new double[length * factor];
        foreach (var tile in tiles)
        {
            Assert.Equal(Math.Min(size, length), tile.Length);
            Assert.Equal(tile.Length * factor, tile.Weights.Length);
            for (var p = 0; p < tile.Weights.Length; p++)
            {
                Assert.InRange(tile.Weights[p], float.Epsilon, 1);
                sums[tile.Start * factor + p] += tile.Weights[p];
            }
        }
        Assert.All(sums, sum => Assert.Equal(1, sum, 1e-6));
        Assert.Equal((0, length), (tiles[0].Start, tiles[^1].Start + tiles[^1].Length));
        Assert.All(tiles.Zip(tiles.Skip(1)), pair => Assert.True(pair.First.Start + pair.First.Length - pair.Second.Start >= overlap));
    }

    /// <summary>A decoder that sees no further than a pixel cannot tell tiles from the whole.</summary>
    [Theory, MemberData(nameof(Cuts))]
    public void A_local_decoder_gives_the_same_in_tiles(int length, int size, int overlap, int factor)
    {
        using var scope = NewDisposeScope();
        var z = randn([2, 3, length, 7], generator: new Generator(1));
        var tiled = TiledDecoder.Decode(Decode, z, new DecodeTiling { TileSize = size, Overlap = overlap }, factor);
        Assert.True(tiled.allclose(Decode(z), 1e-5, 1e-5));

        Tensor Decode(Tensor t) => t.square().repeat_interleave(factor, dim: 2).repeat_interleave(factor, dim: 3);
    }

    /// <summary>
    /// The worst case: each tile comes out in another colour. Over the ramps the image still changes by no more than the
    /// colours' difference over the pixels of the overlap from one pixel to the next: there is no edge.
    /// </summary>
    [Fact]
    public void Tiles_that_differ_are_joined_without_an_edge()
    {
        const int Factor = 4;
        const int Overlap = 4;
        using var scope = NewDisposeScope();
        var calls = 0;
        var tiled = TiledDecoder.Decode(t => full([1, 1, t.shape[2] * Factor, t.shape[3] * Factor], (float)(calls++ % 2)), zeros(1, 1, 26, 37),
            new DecodeTiling { TileSize = 11, Overlap = Overlap }, Factor);
        Assert.True(calls > 4);
        Assert.Equal((0, 1), (tiled.min().item<float>(), tiled.max().item<float>()));
        foreach (var dimension in new[] { 2, 3 })
        {
            var length = tiled.shape[dimension] - 1;
            var steps = (tiled.narrow(dimension, 1, length) - tiled.narrow(dimension, 0, length)).abs();
            Assert.InRange(steps.max().item<float>(), 0.01, 1.0 / (Overlap * Factor) + 1e-5);
        }
    }

    [Theory]
    [InlineData(6, 5, true)]
    [InlineData(6, 6, true)]
    [InlineData(7, 6, false)]
    [InlineData(6, 7, false)]
    public void One_tile_is_plain_decoding(int height, int width, bool isPlain)
    {
        using var model = Random(Tiny);
        using var scope = NewDisposeScope();
        var z = randn([1, 4, height, width], generator: new Generator(2));
        var plain = model.Decode(z);
        model.DecodeTiling = new DecodeTiling { TileSize = 6, Overlap = 2 };
        Assert.Equal(isPlain, model.Decode(z).Equals(plain));
    }

    /// <summary>
    /// What tiles miss lies near their edges, where blending gives it little weight: against decoding in one piece the error
    /// falls with the overlap, and at the joints the image jumps about as little as elsewhere.
    /// </summary>
    [Fact]
    public void Tiled_images_are_close_to_plain_ones_at_the_joints_too()
    {
        using var model = Random(Tiny);
        using var scope = NewDisposeScope();
        var z = randn([1, 4, 48, 48], generator: new Generator(3)) * model.Config.ScalingFactor;
        var plain = model.Decode(z);
        var (cut, worstCut, _) = Difference(24, 0);
        var (blended, worstBlended, medianBlended) = Difference(24, 8);
        var (close, worstClose, medianClose) = Difference(32, 16);
        Assert.InRange(close, 1e-6, 0.12);
        Assert.InRange(blended, close, cut / 2);
        Assert.InRange(worstBlended, 0, worstCut / 3);
        Assert.InRange(worstBlended / medianBlended, 1, 2);
        Assert.InRange(worstClose / medianClose, 1, 2);

        // Relative to the image's deviation: the error, and by how much it jumps from one column to the next, at worst and typically.
        (double Error, double WorstJump, double MedianJump) Difference(int size, int overlap)
        {
            model.DecodeTiling = new DecodeTiling { TileSize = size, Overlap = overlap };
            var difference = (model.Decode(z) - plain) / plain.std();                               // [1, 3, 192, 192]
            var jumps = (difference.narrow(3, 1, 191) - difference.narrow(3, 0, 191)).square().mean([0, 1, 2]).sqrt();   // [191]
            return (difference.square().mean().sqrt().item<float>(), jumps.max().item<float>(), jumps.median().item<float>());
        }
    }

    [Fact]
    public void The_decoder_never_sees_more_than_a_tile()
    {
        using var scope = NewDisposeScope();
        TiledDecoder.Decode(t =>
        {
            Assert.Equal([2, 1, 8, 5], t.shape);
            return t;
        }, zeros(2, 1, 30, 5), new DecodeTiling { TileSize = 8, Overlap = 2 }, factor: 1);
    }

    /// <summary>Beside the latents and the images themselves, a larger image takes no more memory than a smaller one.</summary>
    [FeatureFact(Feature.MemoryStatistics)]
    public void Memory_is_bounded_by_the_tile()
    {
        using var model = Random(Tiny);
        model.DecodeTiling = new DecodeTiling { TileSize = 16, Overlap = 4 };
        Peak(16);                                                       // what is allocated once
        var (one, many) = (Peak(16), Peak(64));
        Assert.InRange(many, one, 2 * one);
        model.DecodeTiling = null;
        Assert.True(Peak(64) > 4 * many);

        long Peak(int size)
        {
            using var scope = NewDisposeScope();
            var z = zeros(1, 4, size, size);
            var images = 3 * (4 * size) * (4 * size) * sizeof(float);
            Engine.ResetPeakMemory();
            var before = Engine.Memory().LiveBytes;
            model.Decode(z);
            return Engine.Memory().PeakBytes - before - images;
        }
    }

    [Theory]
    [InlineData(0, 0, "TileSize is 0")]
    [InlineData(-1, 0, "TileSize is -1")]
    [InlineData(4, 4, "Overlap is 4")]
    [InlineData(4, -1, "Overlap is -1")]
    [InlineData(0, -1, "Overlap is -1")]
    public void Tilings_that_make_no_sense_are_refused(int size, int overlap, string part)
    {
        using var model = Random(Tiny);
        var error = Assert.Throws<ArgumentException>(() => model.DecodeTiling = new DecodeTiling { TileSize = size, Overlap = overlap });
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Null(model.DecodeTiling);
    }
}
