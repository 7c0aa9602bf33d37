using System.Text;

namespace Dit.Core.Tests;

[Trait("Category", "Faults")]
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_save_that_fails_half_way_leaves_nothing()
    {
        var store = new CheckpointStore(_folder.Path);
        var good = store.Save(1, [Text("a", "first")]);
        Assert.Throws<IOException>(() => store.Save(1, [Text("a", "second"), ("b", _ => throw new IOException("disk full"))]));
        Assert.Throws<IOException>(() => store.Save(2, [Text("a", "second"), ("b", _ => throw new IOException("disk full"))]));
        Assert.Equal([good], Directory.GetFileSystemEntries(_folder.Path));
        CheckpointStore.Verify(good, ["a"]);
        Assert.Equal("first", File.ReadAllText(Path.Combine(good, "a")));
    }

    [Fact]
    public void The_newest_comes_first_and_a_step_is_replaced()
    {
        var store = new CheckpointStore(_folder.Path);
        store.Save(20, [Text("a", "old")]);
        store.Save(9_000_000, [Text("a", "new")]);
        store.Save(10_000_000, [Text("a", "newest")]);
        var path = store.Save(20, [Text("a", "replaced")]);
        Assert.Equal([10_000_000, 9_000_000, 20], store.List().Select(c => c.Step));
        Assert.Equal("replaced", File.ReadAllText(Path.Combine(path, "a")));
        Assert.Equal(3, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    /// <summary>A program that is killed while it saves a step again leaves the step as it was or as it is now.</summary>
    [Fact]
    public async Task A_step_that_is_replaced_is_there_all_the_while()
    {
        var store = new CheckpointStore(_folder.Path);
        var path = store.Save(1, [Text("a", "first")]);
        var (saving, looked) = (true, 0);
        var missing = Task.Run(() =>
        {
            while (Volatile.Read(ref saving))
            {
                looked++;
                if (!Directory.Exists(path))
                    return true;
            }
            return false;
        });
        for (var i = 0; i < 200 && !missing.IsCompleted; i++)
            store.Save(1, [Text("a", $"{i}")]);
        Volatile.Write(ref saving, false);
        Assert.False(await missing && OperatingSystem.IsLinux());
        Assert.True(looked > 1000);
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        var store = new CheckpointStore(_folder.Path);
        var path = store.Save(1, [Text("a", "some content"), Text("b", "more")]);
        CheckpointStore.Verify(path, ["a", "b"]);
        foreach (var file in Directory.GetFiles(path))
        {
            var whole = File.ReadAllBytes(file);
            for (var bit = 0; bit < 8 * whole.Length; bit++)
            {
                var damaged = (byte[])whole.Clone();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(file, damaged);
                Assert.Throws<CheckpointException>(() => CheckpointStore.Verify(path, ["a", "b"]));
            }
            File.WriteAllBytes(file, whole);
        }
        CheckpointStore.Verify(path, ["a", "b"]);
    }

    private static (string, Action<Stream>) Text(string name, string text) => (name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
