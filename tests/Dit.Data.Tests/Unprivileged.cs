using System.Runtime.InteropServices;

namespace Dit.Data.Tests;

/// <summary>Root reads everything, so a thread of root's looks at files as nobody for a while (Linux); any other user stays who he is.</summary>
internal sealed partial class Unprivileged : IDisposable
{
    private const uint Nobody = 65534;
    private readonly bool _wasRoot = Environment.IsPrivilegedProcess;

    public Unprivileged()
    {
        if (_wasRoot) _ = SetFileSystemUser(Nobody);
    }

    public void Dispose()
    {
        if (_wasRoot) _ = SetFileSystemUser(0);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
