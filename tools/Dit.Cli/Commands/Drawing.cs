using Dit.Core;

namespace Dit.Cli;

/// <summary>What is to be drawn, and with what.</summary>
/// <param name="Saved">The model.</param>
/// <param name="Vae">The autoencoder; null for pixels.</param>
/// <param name="Artist">Who draws.</param>
/// <param name="Wanted">The labels that were asked for; empty for none in particular.</param>
/// <param name="Count">The number that was asked for; 0 for none in particular.</param>
/// <param name="Batch">Images at the same time.</param>
/// <param name="Seed">The seed of the first image.</param>
internal sealed record Drawing(SavedModel Saved, AutoencoderKL? Vae, Artist Artist, long[] Wanted, int Count, int Batch, int Seed) : IDisposable
{
    private const int Usual = 16;

    /// <summary>The labels of all images; empty for a model without classes.</summary>
    /// <param name="each">Whether <see cref="Count"/> is for each label.</param>
    public (long[] Labels, int Count) All(bool each)
    {
        if (Count < 0) throw new UsageException($"--count is {Count}; it must be positive.");
        if (Saved.Model.Config.Classes == 0) return ([], Count == 0 ? Usual : Count);
        var labels = Wanted.Length > 0 ? Wanted : LabelNames.Each(Saved.Model.Config, each ? Math.Min(Usual, Saved.Model.Config.Classes) : Count == 0 ? Usual : Count);
        if (Count > 0 && each) labels = [.. labels.SelectMany(label => Enumerable.Repeat(label, Count))];
        else if (Count > 0 && Wanted.Length > 0) labels = [.. Enumerable.Range(0, Count).Select(i => Wanted[i % Wanted.Length])];
        return (labels, labels.Length);
    }

    /// <summary>The batches: labels and seeds.</summary>
    public IEnumerable<(ReadOnlyMemory<long> Labels, ulong[] Seeds)> Batches(long[] labels, int count)
    {
        for (var first = 0; first < count; first += Batch)
        {
            var size = Math.Min(Batch, count - first);
            yield return (labels.Length == 0 ? ReadOnlyMemory<long>.Empty : labels.AsMemory(first, size), [.. Enumerable.Range(first, size).Select(i => (ulong)(Seed + i))]);
        }
    }

    public void Dispose()
    {
        Vae?.Dispose();
        Saved.Dispose();
    }
}
