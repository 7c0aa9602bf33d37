namespace Dit.Core.Tests;

/// <summary>A test with a disk of its own, which is skipped, visibly, where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly string? Reason = Refusal();

    public SmallDiskFactAttribute() => Skip = Reason;

    private static string? Refusal()
    {
        try
        {
            using var folder = new TemporaryFolder();
            using var disk = new SmallDisk(folder.Path, megabytes: 1);
            return null;
        }
        catch (IOException e)
        {
            return $"A small disk cannot be mounted here; root on Linux can: {e.Message}";
        }
    }
}
