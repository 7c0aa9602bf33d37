using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Regresses the shifts, scales and gates of adaptive layer norm from the conditioning.</summary>
/// <remarks>
/// The official module is Sequential(SiLU, Linear), which is why the key of the product is "1". The activation is the same
/// for every block, so the model applies it once and this module takes the result.
/// </remarks>
public sealed class Modulation : Module<Tensor, Tensor?, Tensor[]>
{
    [ComponentName(Name = "1")]
    private readonly Linear linear;

    private readonly int _parts;

    /// <summary>Creates the modulation; its weights start at zero, which makes a block start as the identity (adaLN-Zero).</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="parts">Number of vectors to regress.</param>
    public Modulation(long width, int parts) : base(nameof(Modulation))
    {
        _parts = parts;
        linear = Linear(width, parts * width);
        RegisterComponents();
    }

    /// <param name="c">Activated conditioning, SiLU(c), [P, D].</param>
    /// <param name="rows">Which row of it each image has, [B], int64; <see langword="null"/> where every image has its own, P = B.</param>
    /// <returns>The vectors, each [B, D].</returns>
    public override Tensor[] forward(Tensor c, Tensor? rows)
    {
        using var scope = NewDisposeScope();
        var all = linear.call(c).to(c.dtype);                                    // [P, parts D], under autocast widened once for all parts
        if (rows is not null)
            all = all.index_select(0, rows);                                     // [B, parts D]
        var vectors = all.chunk(_parts, dim: 1);                                 // parts x [B, D]
        foreach (var vector in vectors)
            vector.MoveToOuterDisposeScope();
        return vectors;
    }
}
