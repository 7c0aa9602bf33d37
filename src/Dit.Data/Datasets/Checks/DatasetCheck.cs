using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Dit.Data;

/// <summary>Reads every image of a data set once, and says what is in it and what is wrong with it.</summary>
public static class DatasetCheck
{
    /// <summary>Checks a data set: 32 bytes of memory an image, besides those that are being read.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Is told how many images have been read, every thousand.</param>
    /// <param name="cancellationToken">Ends the check, within an image.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static DatasetReport Run(
        IImageDataset dataset, DatasetCheckOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new DatasetCheckOptions();
        var count = dataset.Count;
        var (hashes, labels) = (new UInt128[count], new long?[count]);
        var (bad, sizes, attributes) = (new ConcurrentBag<BadImage>(), new ConcurrentDictionary<(int, int, int), int>(), new AttributeMeans());
        var shown = Shown(count, options);
        var sheet = shown.Count > 0 ? new ContactSheet(shown.Count, options.SheetSide) : null;
        var done = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellationToken }, index =>
        {
            try
            {
                var sample = dataset.Read(index);
                var image = sample.Image ?? throw new InvalidDataException("It gave no image.");
                sizes.AddOrUpdate((image.Height, image.Width, image.Channels), 1, static (_, n) => n + 1);
                (hashes[index], labels[index]) = (Hash(image), sample.Label);
                attributes.Add(sample.Attributes.Span);
                if (shown.TryGetValue(index, out var place)) sheet!.Draw(place, image);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                bad.Add(new BadImage(index, dataset.NameOf(index), e.Message));
            }
            if (Interlocked.Increment(ref done) is var read && read % 1000 == 0) progress?.Report(read);
        });
        BadImage[] unreadable = [.. bad.OrderBy(b => b.Index)];
        HashSet<int> skipped = [.. unreadable.Select(b => b.Index)];
        return new DatasetReport
        {
            Count = count,
            Sizes = [.. sizes.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Select(s => new ImageSize(s.Key.Item1, s.Key.Item2, s.Key.Item3, s.Value))],
            Classes = Classes(dataset, labels, skipped),
            AttributeMeans = attributes.Means,
            AttributeNames = dataset.AttributeNames,
            Unreadable = unreadable,
            Duplicates = Duplicates(dataset, hashes, labels, skipped),
            Problems = dataset.Problems,
            ContactSheet = sheet?.ToImage(),
        };
    }

    /// <summary>The images on the sheet and their places: some at random, in the order of the data set.</summary>
    private static Dictionary<int, int> Shown(int count, DatasetCheckOptions options)
    {
        var order = new Permutation(Math.Max(count, 1), (ulong)options.Seed);
        return Enumerable.Range(0, Math.Min(count, options.SheetImages)).Select(order.At).Order().Select((index, place) => (index, place)).ToDictionary();
    }

    private static UInt128 Hash(PixelImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<int> size = [image.Height, image.Width, image.Channels];
        hash.AppendData(MemoryMarshal.AsBytes(size));
        hash.AppendData(image.Pixels.Span);
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private static List<ClassCount> Classes(IImageDataset dataset, long?[] labels, HashSet<int> skipped)
    {
        var counts = new SortedDictionary<long, int>();
        for (var label = 0; label < dataset.ClassNames.Count; label++) counts[label] = 0;
        var without = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (skipped.Contains(i)) continue;
            if (labels[i] is { } label) counts[label] = counts.GetValueOrDefault(label) + 1;
            else without++;
        }
        var names = dataset.ClassNames;
        string NameOf(long label) => label >= 0 && label < names.Count ? names[(int)label] : label.ToString(CultureInfo.InvariantCulture);
        var classes = counts.Select(c => new ClassCount(c.Key, NameOf(c.Key), c.Value)).ToList();
        if (classes.Count > 0 && without > 0) classes.Add(new ClassCount(null, "", without));
        return classes;
    }

    private static List<DuplicateImages> Duplicates(IImageDataset dataset, UInt128[] hashes, long?[] labels, HashSet<int> skipped)
    {
        int[] order = [.. Enumerable.Range(0, hashes.Length).Where(i => !skipped.Contains(i))];
        Array.Sort(order, (a, b) => hashes[a].CompareTo(hashes[b]) is var byHash and not 0 ? byHash : a.CompareTo(b));
        var groups = new List<(int First, DuplicateImages Images)>();
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && hashes[order[end]] == hashes[order[start]]) end++;
            var group = order[start..end];
            if (group.Length > 1)
                groups.Add((group[0], new DuplicateImages([.. group.Select(dataset.NameOf)], group.Any(i => labels[i] != labels[group[0]]))));
            start = end;
        }
        return [.. groups.OrderBy(g => g.First).Select(g => g.Images)];
    }
}
