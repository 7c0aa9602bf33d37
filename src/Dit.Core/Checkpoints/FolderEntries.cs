using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dit.Core;

/// <summary>The names in a folder as they are on the disk: after a loss of power a rename counts only if the folder was flushed, as contents do if their file was.</summary>
/// <remarks>Elsewhere than on Linux nothing is done: .NET opens no folders, and Windows keeps a journal of names.</remarks>
internal static partial class FolderEntries
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Waits until the names in a folder are on the disk.</summary>
    /// <exception cref="IOException">The folder cannot be opened, or the disk failed.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var handle = new SafeFileHandle(Open(folder, CloseOnExec), ownsHandle: true);
        if (handle.IsInvalid)
            throw new IOException($"The folder '{folder}' cannot be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}.");
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Makes a folder, and those that it is in, for good.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Create(FolderOf(folder));
        Directory.CreateDirectory(folder);
        Flush(FolderOf(folder));
    }

    /// <summary>The folder that a file or folder is in.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
