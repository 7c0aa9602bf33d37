namespace Dit.Data;

/// <summary>The images that a loader found bad, each once, in the order of the batches they were meant for.</summary>
internal sealed class BadImageLog
{
    private readonly HashSet<(int, string)> _known = [];
    private readonly List<BadImage> _images = [];
    private readonly Lock _lock = new();

    public IReadOnlyList<BadImage> Images
    {
        get { lock (_lock) return [.. _images]; }
    }

    /// <summary>How many times an image was bad; in two epochs a bad file counts twice.</summary>
    public long Count { get; private set; }

    public void Add(IReadOnlyList<BadImage> images)
    {
        lock (_lock)
        {
            Count += images.Count;
            foreach (var image in images)
                if (_known.Add((image.Index, image.Index < 0 ? image.Name : ""))) _images.Add(image);
        }
    }
}
