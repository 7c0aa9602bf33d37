using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

public sealed partial class DitModel
{
    /// <summary>Predicts, dropping conditions with probability <see cref="DitConfig.LabelDropout"/> in training mode.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W], of any floating type; the model computes in the type of its weights.</param>
    /// <param name="t">Times as the model was trained with, such as 0 to 999 or 1000 times a flow time; [B], may be fractional.</param>
    /// <param name="y">
    /// Conditions as <see cref="DitConfig.Condition"/> says: labels [B], int64, where <see cref="DitConfig.Classes"/> is the null class, or
    /// attributes, vectors or tokens, where NaN is none; <see langword="null"/> for none throughout. Labels in host memory are checked; those on
    /// another device are not, as that would wait for it.
    /// </param>
    /// <returns>Prediction, [B, C, H, W], or [B, 2C, H, W] with <see cref="DitConfig.LearnedVariance"/>, of the type of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the model or the others.</exception>
    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!training || y is null || !Config.HasNullClass)
            return forward(x, t, y, dropped: null);
        using var scope = NewDisposeScope();
        var dropped = rand([x.shape[0]], float32, x.device, generator: DropoutGenerator).lt(Config.LabelDropout);   // [B]
        return forward(x, t, y, dropped).MoveToOuterDisposeScope();
    }

    /// <summary>Predicts, dropping exactly the conditions asked for, in training mode or not.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W].</param>
    /// <param name="t">Times, [B].</param>
    /// <param name="y">Conditions as <see cref="DitConfig.Condition"/> says; <see langword="null"/> for none throughout.</param>
    /// <param name="dropped">Which conditions to replace by none, [B], bool; <see langword="null"/> for no more.</param>
    /// <returns>Prediction, [B, C, H, W], or [B, 2C, H, W] with <see cref="DitConfig.LearnedVariance"/>.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the model or the others.</exception>
    public Tensor forward(Tensor x, Tensor t, Tensor? y, Tensor? dropped)
    {
        ModelInputs.Check(Config, y_embedder, x, t, y, dropped);
        return Predict(x, t, y, dropped, rows: null);
    }

    /// <summary>Predicts for images that share times and conditions, each of which is embedded, and modulates, once: for sampling.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W].</param>
    /// <param name="t">The different times, [P].</param>
    /// <param name="y">The condition that goes with each of them, [P, ...]; <see langword="null"/> for none throughout.</param>
    /// <param name="rows">Which of the P each image has, from 0, [B], int64.</param>
    /// <returns>Prediction, [B, C, H, W], or [B, 2C, H, W] with <see cref="DitConfig.LearnedVariance"/>.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the model or the others.</exception>
    public Tensor Predict(Tensor x, Tensor t, Tensor? y, Tensor rows)
    {
        ModelInputs.CheckShared(Config, y_embedder, x, t, y, rows);
        return Predict(x, t, y, dropped: null, rows);
    }

    private Tensor Predict(Tensor x, Tensor t, Tensor? y, Tensor? dropped, Tensor? rows)
    {
        using var scope = NewDisposeScope();
        rows = rows?.to(x.device);                                                           // [B]
        y = y_embedder is null ? null : y?.to(x.device) ?? y_embedder.None(t.shape[0], x.device);
        var time = t_embedder.call(t)!;                                                      // [P, D]; every image its own, P = B, without rows
        var condition = y_embedder?.call(y!, dropped);                                       // [P, D] or [P, L, D]
        var grid = (Rows: (int)x.shape[2] / Config.PatchSize, Columns: (int)x.shape[3] / Config.PatchSize);
        var rotation = RotationOf(grid);
        var tokens = Embed(x, grid);                                                         // [B, T + R, D]
        if (Config.IsAdaptive)
        {
            var sum = condition is null ? time : time + condition;                           // [P, D]
            var c = new Conditioning { Vector = Config.Quirks.BlockActivation.Of(sum), Rows = rows, Rotation = rotation };     // the same for every block
            tokens = RunBlocks(tokens, c);
            var last = Config.Quirks.FinalActivation == Config.Quirks.BlockActivation ? c.Vector : Config.Quirks.FinalActivation.Of(sum);
            return Finish(tokens, last, rows, grid, x.dtype).MoveToOuterDisposeScope();
        }

        var context = time.unsqueeze(1);                                                     // [P, 1, D]
        if (condition is not null)
            context = cat([context, condition.ndim == 2 ? condition.unsqueeze(1) : condition], dim: 1);          // [P, 1 + L, D]
        var inContext = Config.Block == BlockType.InContext;
        var mask = Mask(y, dropped, before: inContext ? tokens.shape[1] + 1 : 1);       // [P, ...]
        if (rows is not null)
            (context, mask) = (context.index_select(0, rows), mask?.index_select(0, rows));  // [B, ...]
        tokens = inContext
            ? RunBlocks(cat([tokens, context], dim: 1), new Conditioning { Mask = mask, Rotation = rotation })
            : RunBlocks(tokens, new Conditioning { Context = context, Mask = mask, Rotation = rotation });
        return Finish(tokens, null, null, grid, x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Images to tokens, with positions, and registers after them.</summary>
    private Tensor Embed(Tensor x, (int Rows, int Columns) grid)
    {
        var tokens = x_embedder.call(x.to(register_tokens?.dtype ?? pos_embed?.dtype ?? this.parameters().First().dtype))!;    // [B, T, D]
        if (pos_embed is not null)
            tokens = tokens + PositionsOf(grid);                                             // [B, T, D]
        return register_tokens is null ? tokens : cat([tokens, register_tokens.expand(x.shape[0], -1, -1)], dim: 1);    // [B, T + R, D]
    }

    private Tensor RunBlocks(Tensor tokens, Conditioning c)
    {
        try
        {
            if (BlockCache is { } cache && !is_grad_enabled())
                return RunBlocks(tokens, c, cache);
            foreach (var (index, block) in blocks.Index())
            {
                using var earlier = tokens;                                                  // without a graph nothing else holds it
                tokens = ActivationCheckpointing && is_grad_enabled() ? Checkpointed(block, tokens, c) : block.call(tokens, c)!;      // [B, T, D]
                BlockOutput?.Invoke(index, tokens);
            }
            return tokens;
        }
        finally
        {
            c.FirstValues?.Dispose();
        }
    }

    /// <summary>The first block, and the others only where the cache cannot say what they would add.</summary>
    private Tensor RunBlocks(Tensor tokens, Conditioning c, BlockCache cache)
    {
        var first = blocks[0].call(tokens, c)!;                                              // [B, T, D]
        var added = first - tokens;                                                          // [B, T, D]
        if (cache.Reuse(added) is { } rest)
            return first + rest;                                                             // [B, T, D]
        var x = first.alias();
        foreach (var block in blocks.Skip(1))
        {
            using var earlier = x;
            x = block.call(x, c)!;                                                           // [B, T, D]
        }
        cache.Keep(added, x - first);
        return x;
    }

    /// <summary>A block whose activations are not kept. The first one's values are, if the others need them.</summary>
    private static Tensor Checkpointed(DitBlock block, Tensor tokens, Conditioning c)
    {
        if (block.LeavesValues)
            return block.call(tokens, c)!;
        Tensor?[] shared = [c.Vector, c.Context, c.Mask, c.FirstValues];
        return ActivationCheckpoint.Run(inputs =>
        {
            var next = 1;
            Tensor? Next(Tensor? given) => given is null ? null : inputs[next++];
            var again = new Conditioning
            {
                Vector = Next(c.Vector), Context = Next(c.Context), Mask = Next(c.Mask), FirstValues = Next(c.FirstValues), Rows = c.Rows, Rotation = c.Rotation,
            };
            return [block.call(inputs[0], again)!];
        }, [tokens, .. shared.OfType<Tensor>()])[0];                                         // [B, T, D]
    }

    private Tensor Finish(Tensor tokens, Tensor? vector, Tensor? rows, (int Rows, int Columns) grid, ScalarType type)
    {
        if (tokens.shape[1] != grid.Rows * grid.Columns)
            tokens = tokens.narrow(1, 0, grid.Rows * grid.Columns);                          // [B, T, D]
        var output = Unpatchify(final_layer.call(tokens, vector, rows)!.to(type), grid);           // [B, C, H, W]
        return Config.Quirks.UnusedVariance ? output.narrow(1, 0, Config.Channels) : output; // [B, C, H, W]
    }

    /// <summary>Which tokens are attended to: all that come before the condition's, and its own that are no padding; <see langword="null"/> for all.</summary>
    private Tensor? Mask(Tensor? y, Tensor? dropped, long before)
    {
        if (y is null || y_embedder!.Mask(y, dropped) is not { } attended)                    // [P, L]
            return null;
        return cat([ones([y.shape[0], before], @bool, y.device), attended], dim: 1);          // [P, before + L]
    }

    /// <summary>Puts patches together: [B, T, p p C] with the channel fastest to [B, C, H, W].</summary>
    private Tensor Unpatchify(Tensor patches, (int Rows, int Columns) grid)
    {
        var (h, w, p) = (grid.Rows, grid.Columns, Config.PatchSize);
        return patches.reshape(-1, h, w, p, p, Config.FinalChannels)                         // [B, h, w, p, p, C]
            .permute(0, 5, 1, 3, 2, 4)                                                       // [B, C, h, p, w, p]
            .reshape(-1, Config.FinalChannels, h * p, w * p);                                // [B, C, H, W]
    }
}
