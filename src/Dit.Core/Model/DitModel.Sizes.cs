using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Positions on the grids of images of several sizes; see <see cref="DitConfig.VariableSize"/>.</summary>
public sealed partial class DitModel
{
    private readonly Dictionary<(int Rows, int Columns), RotaryEmbedding> _rotations = [];

    /// <summary>What is added to the tokens of a grid, [1, T, D]; learned positions learn through it.</summary>
    private Tensor PositionsOf((int Rows, int Columns) grid)
    {
        var own = (Config.GridHeight, Config.GridWidth);
        return grid == own ? pos_embed! : PositionEmbedding.Resample(pos_embed!.squeeze(0), own, grid).unsqueeze(0);
    }

    /// <summary>The rotation on a grid, which is made once; <see langword="null"/> where the model has none.</summary>
    private RotaryEmbedding? RotationOf((int Rows, int Columns) grid)
    {
        if (rotation is null || grid == (Config.GridHeight, Config.GridWidth))
            return rotation;
        if (!_rotations.TryGetValue(grid, out var other))
            _rotations.Add(grid, other = new RotaryEmbedding(Config.AttentionWidth / Config.Heads, grid.Rows, grid.Columns));
        if (other.Table.device.ToString() != rotation.Table.device.ToString() || other.Table.dtype != rotation.Table.dtype)
            other.to(rotation.Table.device, rotation.Table.dtype);
        return other;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var other in _rotations.Values)
                other.Dispose();
        }
        base.Dispose(disposing);
    }
}
