using Dit.Core;

namespace Dit.Cli;

/// <summary>What is to be drawn, and with what.</summary>
/// <param name="Saved">The model.</param>
/// <param name="Vae">The autoencoder; null for pixels.</param>
/// <param name="Artist">Who draws.</param>
/// <param name="Wanted">The conditions that were asked for; null for none in particular.</param>
/// <param name="Number">The number that was asked for; null for none in particular.</param>
/// <param name="Batch">Images at the same time.</param>
/// <param name="Seed">The seed of the first image.</param>
internal sealed record Drawing(SavedModel Saved, AutoencoderKL? Vae, Artist Artist, Conditions? Wanted, int? Number, int Batch, int Seed) : IDisposable
{
    private const int Usual = 16;

    /// <summary>The conditions of all images, which the caller owns.</summary>
    /// <param name="each">Whether <see cref="Number"/> is for each condition, where there are any; else it is for all together.</param>
    public Conditions All(bool each)
    {
        var model = Saved.Model.Config;
        each = each && model.Classes > 0;
        using var own = Wanted is null ? Conditions.Each(model, Saved.Names, each ? Math.Min(Usual, model.Classes) : Number ?? Usual) : null;
        var kinds = Wanted ?? own!;
        return each
            ? kinds.Pick(Enumerable.Range(0, kinds.Count).SelectMany(kind => Enumerable.Repeat(kind, Number ?? 1)))
            : kinds.Pick(Enumerable.Range(0, Number ?? kinds.Count).Select(i => i % kinds.Count));
    }

    /// <summary>The batches: conditions, which the caller owns, and seeds.</summary>
    public IEnumerable<(Conditions Conditions, ulong[] Seeds)> Batches(Conditions all)
    {
        for (var first = 0; first < all.Count; first += Batch)
        {
            int[] rows = [.. Enumerable.Range(first, Math.Min(Batch, all.Count - first))];
            yield return (all.Pick(rows), [.. rows.Select(row => (ulong)(Seed + row))]);
        }
    }

    public void Dispose()
    {
        Wanted?.Dispose();
        Vae?.Dispose();
        Saved.Dispose();
    }
}
