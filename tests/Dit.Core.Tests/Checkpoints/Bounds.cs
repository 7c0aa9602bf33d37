namespace Dit.Core.Tests;

/// <summary>What reading any file may cost: a second of processor time, and memory for the file and 64 MB.</summary>
internal static class Bounds
{
    private const long Margin = 64L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Opens a file and reads all its tensors; null if it is refused in the way that is documented.</summary>
    public static Dictionary<string, RawTensor>? Read(string path, out string? refusal)
    {
        var time = Environment.CpuUsage.TotalTime;
        var managed = GC.GetAllocatedBytesForCurrentThread();
        Dictionary<string, RawTensor>? tensors = null;
        refusal = null;
        try
        {
            using var file = TensorFile.Open(path);
            tensors = RawTensor.ReadAll(file);
            managed += tensors.Values.Sum(t => t.Data.LongLength);              // the test's own copies
            managed -= tensors.Values.Select(t => t.Data.LongLength).DefaultIfEmpty().Max(); // the tensors, one at a time
        }
        catch (CheckpointException e)
        {
            refusal = e.Message;
        }
        AssertMemory(path, GC.GetAllocatedBytesForCurrentThread() - managed);
        Assert.True(Environment.CpuUsage.TotalTime - time < Longest, $"{path} took {Environment.CpuUsage.TotalTime - time}.");
        return tensors;
    }

    private static void AssertMemory(string path, long bytes) =>
        Assert.True(bytes <= new FileInfo(path).Length + Margin, $"{path} of {new FileInfo(path).Length} bytes needed {bytes}.");
}
