using Dit.Torch.Native;

namespace Dit.Torch.Tests.Native;

public sealed class NativeLibraryLoaderTests
{
    [Fact]
    public void A_missing_library_says_what_was_tried_and_how_to_get_it()
    {
        var folder = Directory.CreateTempSubdirectory("dit-loader-");
        var broken = Path.Combine(folder.FullName, "libdit_torch.so");
        File.WriteAllText(broken, "not a library");
        var e = Assert.Throws<DllNotFoundException>(() => NativeLibraryLoader.Open(["/no/such/folder/libdit_torch.so", broken]));
        Assert.Contains("/no/such/folder/libdit_torch.so: no such file", e.Message);
        Assert.Contains(broken, e.Message);
        Assert.Contains("apt-get install libtorch-dev", e.Message);
        Assert.Contains("DIT_LIBTORCH", e.Message);
        folder.Delete(recursive: true);
    }
}
