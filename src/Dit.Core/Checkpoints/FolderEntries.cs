using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dit.Core;

/// <summary>The names in a folder as they are on the disk: after a loss of power a rename counts only if the folder was flushed, as contents do if their file was.</summary>
/// <remarks>Elsewhere than on Linux nothing is done: .NET opens no folders, and Windows keeps a journal of names.</remarks>
internal static partial class FolderEntries
{
    private const int CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const uint ExchangeNames = 2;

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

    /// <summary>Swaps the names of two folders at one stroke, so that each name always has a folder.</summary>
    /// <returns>Whether they were swapped; some file systems, and systems other than Linux, cannot.</returns>
    public static bool TryExchange(string one, string other) =>
        OperatingSystem.IsLinux() && Rename(CurrentDirectory, one, CurrentDirectory, other, ExchangeNames) == 0;

    /// <summary>The folder that a file or folder is in.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
