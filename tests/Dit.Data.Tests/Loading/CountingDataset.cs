namespace Dit.Data.Tests;

/// <summary>Image i is [2, 3, C] with the first pixel i and the label i; it counts its readers and may fail or wait.</summary>
internal sealed class CountingDataset(int count, int channels = 1) : IImageDataset
{
    private int _reads;
    private int _readers;

    public int Count { get; } = count;

    public int Reads => _reads;

    public int Readers => _readers;

    public int MostReaders { get; private set; }

    public bool HasLabels { get; init; } = true;

    public Action<int> OnRead { get; init; } = static _ => { };

    public LabeledImage Read(int index)
    {
        Interlocked.Increment(ref _reads);
        var readers = Interlocked.Increment(ref _readers);
        lock (this) MostReaders = Math.Max(MostReaders, readers);
        try
        {
            OnRead(index);
            var pixels = Enumerable.Range(0, 2 * 3 * channels).Select(p => (byte)(index + p)).ToArray();
            return new LabeledImage(new PixelImage(pixels, 2, 3, channels), HasLabels ? index : null);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }
}
