using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Decodes latents tile by tile.</summary>
internal static class TiledDecoder
{
    /// <param name="decode">Takes latents, [B, C, h, w], to images, [B, channels, h f, w f].</param>
    /// <param name="latents">Latents, [B, C, H, W].</param>
    /// <param name="tiling">How to cut them.</param>
    /// <param name="factor">Pixels per latent, f.</param>
    /// <returns>Images, [B, channels, H f, W f].</returns>
    public static Tensor Decode(Func<Tensor, Tensor> decode, Tensor latents, DecodeTiling tiling, int factor)
    {
        var rows = Tile.Cut(latents.shape[2], tiling, factor);
        var columns = Tile.Cut(latents.shape[3], tiling, factor);
        if (rows.Length == 1 && columns.Length == 1)
            return decode(latents);

        Tensor? images = null;                                                                              // [B, channels, H f, W f]
        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                using var scope = NewDisposeScope();
                var tile = decode(latents.narrow(2, row.Start, row.Length).narrow(3, column.Start, column.Length));  // [B, channels, h f, w f]
                images ??= zeros([tile.shape[0], tile.shape[1], latents.shape[2] * factor, latents.shape[3] * factor], tile.dtype, tile.device)
                    .MoveToOuterDisposeScope();
                var vertical = tensor(row.Weights, tile.dtype, tile.device).unsqueeze(1);                   // [h f, 1]
                var horizontal = tensor(column.Weights, tile.dtype, tile.device);                           // [w f]
                images.narrow(2, row.Start * factor, row.Length * factor).narrow(3, column.Start * factor, column.Length * factor)
                    .add_(tile * vertical * horizontal);
            }
        }
        return images!;
    }
}
