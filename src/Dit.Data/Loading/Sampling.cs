namespace Dit.Data;

/// <summary>Which images an epoch gives, and in which order. An epoch has as many places as the data set has images.</summary>
public sealed class Sampling
{
    private readonly Func<int, ulong, Func<int, int>> _start;

    private Sampling(Func<int, ulong, Func<int, int>> start, bool repeats = false) => (_start, Repeats) = (start, repeats);

    /// <summary>Every image once, in a new order every epoch.</summary>
    public static Sampling Shuffled { get; } = new(Shuffle);

    /// <summary>Every image once, in the data set's order.</summary>
    public static Sampling InOrder { get; } = new(static (_, _) => static place => place);

    /// <summary>Images drawn independently, with replacement.</summary>
    /// <param name="weights">How often each image is drawn, relative to the others: one weight per image, not negative.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are zero.</exception>
    public static Sampling Weighted(IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var table = new AliasTable(weights);
        return new Sampling((count, key) => Draws(count, table.Count, "weights", place => table.Draw(SplitMix64.Mix(key, (ulong)place))), repeats: true);
    }

    /// <summary>Every class equally often: as many images in a row as there are classes are one of each.</summary>
    /// <remarks>A large class gives another part of its images every epoch; a small one gives each of its images several times.</remarks>
    /// <param name="dataset">The data set; <see cref="IImageDataset.LabelOf"/> is asked for every image.</param>
    /// <exception cref="ArgumentException">An image has no label.</exception>
    public static Sampling ClassBalanced(IImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var labels = new long[dataset.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = dataset.LabelOf(i) ?? throw new ArgumentException(
                $"Image {i} ({dataset.NameOf(i)}) has no label, so the classes cannot be balanced. Use Weighted, or leave it out by Subset.", nameof(dataset));
        }
        return ClassBalanced(labels);
    }

    /// <inheritdoc cref="ClassBalanced(IImageDataset)"/>
    /// <param name="labels">The class of every image.</param>
    public static Sampling ClassBalanced(IReadOnlyList<long> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var rounds = new ClassRounds(labels);
        return new Sampling((count, key) => Draws(count, rounds.Count, "labels", place => rounds.Draw(key, place)), repeats: true);
    }

    /// <summary>Whether an epoch may give an image more than once.</summary>
    internal bool Repeats { get; }

    /// <summary>From the places of an epoch to images.</summary>
    /// <param name="count">Images in the data set.</param>
    /// <param name="key">A function of seed and epoch.</param>
    internal Func<int, int> Start(int count, ulong key) => _start(count, key);

    private static Func<int, int> Draws(int count, int known, string what, Func<int, int> draw) => count == known
        ? draw
        : throw new InvalidOperationException($"The sampling has {known} {what}, but the data set has {count} images. It was made for another data set.");

    /// <summary>A Fisher-Yates shuffle by <see cref="SplitMix64"/>, last place first: 4 bytes an image.</summary>
    private static Func<int, int> Shuffle(int count, ulong key)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        var random = new SplitMix64(key);
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)random.Next((uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return place => order[place];
    }
}
