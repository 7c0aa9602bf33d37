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
public sealed class Modulation : Module<Tensor, Tensor[]>
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

    /// <param name="c">Activated conditioning, SiLU(c), [B, D].</param>
    /// <returns>The vectors, each [B, D].</returns>
    public override Tensor[] forward(Tensor c)
    {
        using var scope = NewDisposeScope();
        var vectors = linear.call(c).chunk(_parts, dim: 1);                      // parts x [B, D]
        foreach (var vector in vectors)
            vector.MoveToOuterDisposeScope();
        return vectors;
    }
}
