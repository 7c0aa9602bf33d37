using System.Runtime.InteropServices;

namespace Dit.Torch.Native;

/// <summary>Shared libraries that are loaded into this process, as the system says.</summary>
internal static unsafe class LoadedLibrary
{
    /// <summary>A loaded library's real path and, if it has the function, the text that the function returns.</summary>
    /// <returns>Null when no library of that name is loaded.</returns>
    internal static string? Describe(string name, string? configurationFunction)
    {
        if (!File.Exists("/proc/self/maps")) return null;
        var path = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? slash : line.Length)..])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal));
        if (path is null) return null;
        if (configurationFunction is null || !NativeLibrary.TryLoad(path, out var library) || !NativeLibrary.TryGetExport(library, configurationFunction, out var function)) return path;
        return $"{Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)function)())} ({path})";
    }
}
