namespace Dit.Data;

/// <summary>Shuffles a stream as far as a buffer reaches: each image takes the place of a random one in the buffer, which goes out.</summary>
internal static class ShuffleBuffer
{
    public static IEnumerable<T> Shuffle<T>(IEnumerable<T> stream, int size, ulong key)
    {
        var random = new SplitMix64(key);
        var buffer = new List<T>(Math.Min(size, 1024));
        foreach (var item in stream)
        {
            if (buffer.Count < size)
            {
                buffer.Add(item);
                continue;
            }
            var place = (int)random.Next((uint)size + 1);
            if (place == size)
            {
                yield return item;
                continue;
            }
            yield return buffer[place];
            buffer[place] = item;
        }
        while (buffer.Count > 0)
        {
            var place = (int)random.Next((uint)buffer.Count);
            yield return buffer[place];
            buffer[place] = buffer[^1];
            buffer.RemoveAt(buffer.Count - 1);
        }
    }
}
