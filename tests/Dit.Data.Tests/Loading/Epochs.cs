using Dit.Core;

namespace Dit.Data.Tests;

internal static class Epochs
{
    /// <summary>The labels of each batch of the rest of the epoch.</summary>
    public static async Task<List<long[]>> Labels(IBatchSource source, int most = int.MaxValue)
    {
        var labels = new List<long[]>();
        if (most == 0) return labels;
        await foreach (var batch in source)
        {
            labels.Add(batch.Labels!.data<long>().ToArray());
            if (labels.Count == most) break;
        }
        return labels;
    }
}
