namespace Dit.Data;

/// <summary>The mean of each attribute of many images. Values of 0 and 1 add up exactly, so that the order of the images does not matter.</summary>
internal sealed class AttributeMeans
{
    private readonly Lock _lock = new();
    private double[] _sums = [];
    private long[] _counts = [];

    public IReadOnlyList<double> Means => [.. _sums.Select((s, i) => s / _counts[i])];

    public void Add(ReadOnlySpan<float> attributes)
    {
        if (attributes.IsEmpty) return;
        lock (_lock)
        {
            if (attributes.Length > _sums.Length)
            {
                Array.Resize(ref _sums, attributes.Length);
                Array.Resize(ref _counts, attributes.Length);
            }
            for (var i = 0; i < attributes.Length; i++)
            {
                if (float.IsNaN(attributes[i])) continue;
                _sums[i] += attributes[i];
                _counts[i]++;
            }
        }
    }
}
