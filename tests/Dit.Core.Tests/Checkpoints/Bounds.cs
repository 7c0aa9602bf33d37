namespace Dit.Core.Tests;

/// <summary>What reading any file may cost: a second of processor time, and memory for the file and 64 MB.</summary>
internal static class Bounds
{
    private const long Margin = 64L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Opens a file and reads all its tensors; null if it is refused in the way that is documented.</summary>
    /// <remarks>The processor's time is that of the whole process: what the compiler or another thread took is not taken again.</remarks>
    public static Dictionary<string, RawTensor>? Read(string path, out string? refusal)
    {
        for (var attempt = 1; ; attempt++)
        {
            var start = Environment.CpuUsage.TotalTime;
            var tensors = ReadAll(path, out refusal);
            var time = Environment.CpuUsage.TotalTime - start;
            if (time < Longest) return tensors;
            Assert.True(attempt < 3, $"{path} took {time}.");
        }
    }

    private static Dictionary<string, RawTensor>? ReadAll(string path, out string? refusal)
    {
        var managed = GC.GetAllocatedBytesForCurrentThread();
        Dictionary<string, RawTensor>? tensors = [];
        refusal = null;
        try
        {
            using var file = TensorFile.Open(path);
            AssertMemory(path, managed);
            foreach (var (name, entry) in file.Entries)
            {
                managed = GC.GetAllocatedBytesForCurrentThread();
                tensors.Add(name, RawTensor.Read(file, entry));
                AssertMemory(path, managed);        // the test's own copy is as large as the tensor, which is no managed memory
            }
        }
        catch (CheckpointException e)
        {
            (refusal, tensors) = (e.Message, null);
        }
        AssertMemory(path, managed);
        return tensors;
    }

    private static void AssertMemory(string path, long before)
    {
        var (bytes, length) = (GC.GetAllocatedBytesForCurrentThread() - before, new FileInfo(path).Length);
        Assert.True(bytes <= length + Margin, $"{path} of {length} bytes needed {bytes}.");
    }
}
