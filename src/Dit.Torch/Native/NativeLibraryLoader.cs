using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dit.Torch.Native;

/// <summary>Finds and loads libdit_torch at the first call into it, and says what was tried when it cannot.</summary>
internal static partial class NativeLibraryLoader
{
    internal const string Name = "dit_torch";
    private const string FileName = "libdit_torch.so";

    // How often a waiting OpenMP thread looks before it sleeps. libgomp's own 300,000 is no faster on an idle machine, but takes the
    // processors from whatever else wants them: a test of 300 small training steps beside six busy processes on two processors took
    // 40 s with it, 18 s with 10,000 and 7 s with 1,000. With 1,000 a step of MNIST size takes 97 ms instead of 78.
    private const string SpinCount = "10000";

    private static readonly Lazy<nint> Handle = new(() => Initialized(Open(Candidates())));

    /// <summary>Has the runtime ask us where libdit_torch is.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver must be known before the first native call, and a static constructor would hide its errors.")]
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, (name, _, _) => name == Name ? Handle.Value : 0);

    /// <summary>Loads the first library of a list that can be loaded.</summary>
    /// <exception cref="DllNotFoundException">None can: the library, or the libtorch it was built with, is not on this machine.</exception>
    internal static nint Open(IEnumerable<string> candidates)
    {
        SpinBriefly();
        var tried = new List<string>();
        foreach (var path in candidates)
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

    private static unsafe nint Initialized(nint library)
    {
        var initialize = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "dit_initialize");
        if (initialize() != 0)
        {
            var error = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "dit_last_error");
            throw new DllNotFoundException($"libtorch could not be started: {Marshal.PtrToStringUTF8((nint)error())}");
        }
        return library;
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

    // libgomp reads the process's own environment when it is loaded, which is now; .NET's variables are a copy.
    private static void SpinBriefly()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null) return;
        _ = SetEnvironmentVariable("GOMP_SPINCOUNT", SpinCount, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
