using System.Reflection;
using System.Runtime.InteropServices;

namespace Dit.Torch.Native;

/// <summary>Finds and loads libdit_torch once, and says what was tried when it cannot.</summary>
internal static class NativeLibraryLoader
{
    internal const string Name = "dit_torch";
    private const string FileName = "libdit_torch.so";

    private static readonly Lazy<nint> Handle = new(Load);

    /// <exception cref="DllNotFoundException">libdit_torch, or the libtorch it was built with, is not on this machine.</exception>
    internal static void EnsureLoaded() => _ = Handle.Value;

    private static nint Load()
    {
        var handle = Open();
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, (name, _, _) => name == Name ? handle : 0);
        NativeMethods.Check(NativeMethods.dit_initialize());
        return handle;
    }

    private static nint Open()
    {
        var tried = new List<string>();
        foreach (var path in Candidates())
        {
            if (path.Contains(Path.DirectorySeparatorChar) && !File.Exists(path))
            {
                tried.Add($"{path}: no such file");
                continue;
            }
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                tried.Add($"{path}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
        throw new DllNotFoundException(
            $"libtorch's binding {FileName} could not be loaded. Install libtorch (on Debian: ./build.sh setup, or apt-get install libtorch-dev), "
            + $"or set DIT_LIBTORCH to a libtorch folder and rebuild native/. Tried:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", tried)}");
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("DIT_NATIVE_LIBRARY") is { Length: > 0 } overridden)
        {
            yield return overridden;
            yield break;
        }
        var folders = new[] { Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location), AppContext.BaseDirectory };
        foreach (var folder in folders.Where(f => !string.IsNullOrEmpty(f)).Distinct())
        {
            yield return Path.Combine(folder!, FileName);
            yield return Path.Combine(folder!, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", FileName);
            yield return Path.Combine(folder!, "runtimes", "linux-x64", "native", FileName);
        }
        yield return FileName;
    }
}
