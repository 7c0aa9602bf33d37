using System.Diagnostics;

namespace Dit.Core.Tests;

/// <summary>A test that looks at a process's system calls, which is skipped, visibly, where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StraceFactAttribute : FactAttribute
{
    public StraceFactAttribute() => Skip = Works() ? null : "System calls cannot be watched here; strace on Linux can, where it is allowed to.";

    private static bool Works()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("strace", ["--seccomp-bpf", "--follow-forks", "--trace=fsync", "true"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
