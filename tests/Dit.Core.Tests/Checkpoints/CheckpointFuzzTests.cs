using Dit.Tests;

namespace Dit.Core.Tests;

/// <summary>Damaged files give other numbers or a <see cref="CheckpointException"/>, quickly, and never more memory than they may need.</summary>
[Trait("Category", "Fuzz")]
public sealed class CheckpointFuzzTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Golden.Folder, "checkpoints");

    /// <summary>In memory where that is possible: a disk would take most of the time.</summary>
    private readonly string _path = Path.Combine(InMemory() ?? Path.GetTempPath(), $"dit-fuzz-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Damaged_safetensors_headers() =>
        Run(100_000, Load("safetensors_good", "*.safetensors", longest: 4_000), (mutator, file) => mutator.SafeTensors(file));

    [Fact]
    public void Damaged_pickles() =>
        Run(14_000, Load("good", "*.pt", longest: 60_000), (mutator, file) => mutator.Pickle(file));

    [Fact]
    public void Damaged_bytes_of_pytorch_files() =>
        Run(6_000, Load("good", "*.pt", longest: 300_000), (mutator, file) => mutator.Bytes(file));

    /// <summary>A folder that is no disk, where there is one that this user may write to.</summary>
    private static string? InMemory()
    {
        try
        {
            File.Create(Path.Combine("/dev/shm", $"dit-fuzz-{Guid.NewGuid():N}"), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            return "/dev/shm";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Run(int cases, byte[][] files, Func<Mutator, byte[], byte[]> damage)
    {
        var mutator = new Mutator(seed: 1);
        var refused = 0;
        for (var i = 0; i < cases; i++)
        {
            File.WriteAllBytes(_path, damage(mutator, files[mutator.Next(files.Length)]));
            try
            {
                refused += Bounds.Read(_path, out var refusal) is null ? 1 : 0;
                Assert.True(refusal?.Contains(_path, StringComparison.Ordinal) ?? true, refusal);
            }
            catch (Exception e)
            {
                File.Copy(_path, Path.Combine(Path.GetTempPath(), "dit-fuzz-failure"), overwrite: true);
                throw new InvalidOperationException($"Case {i}, kept as dit-fuzz-failure in {Path.GetTempPath()}: {e.Message}", e);
            }
        }
        Assert.InRange(refused, cases / 10, cases - (cases / 100));
        Assert.False(File.Exists("/tmp/golden-pwned"), "A pickle was run.");
    }

    private static byte[][] Load(string folder, string pattern, long longest) =>
        [.. Directory.GetFiles(Path.Combine(Folder, folder), pattern).Order(StringComparer.Ordinal).Where(f => new FileInfo(f).Length <= longest).Select(File.ReadAllBytes)];
}
