using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Records no graph on this thread until disposed.</summary>
    public static IDisposable no_grad() => new GradModeScope(false);

    /// <summary>Records graphs (or not) on this thread until disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradModeScope(enabled);

    /// <summary>Records graphs (or not) on this thread until disposed.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new GradModeScope(mode);

    /// <summary>Whether graphs are recorded on this thread.</summary>
    public static bool is_grad_enabled() => NativeMethods.dit_grad_mode() != 0;

    /// <summary>Records no graph and no versions on this thread until disposed; its results can never be part of a graph.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceModeScope(mode);

    /// <summary>Whether inference mode is on.</summary>
    public static bool is_inference_mode_enabled() => NativeMethods.dit_inference_mode() != 0;

    private sealed class GradModeScope : IDisposable
    {
        private readonly bool before = is_grad_enabled();
        private bool disposed;

        internal GradModeScope(bool enabled) => NativeMethods.dit_set_grad_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            if (disposed) return;
            disposed = true;
            NativeMethods.dit_set_grad_mode(before ? 1 : 0);
        }
    }

    private sealed class InferenceModeScope : IDisposable
    {
        private nint guard;

        internal unsafe InferenceModeScope(bool enabled)
        {
            nint entered;
            NativeMethods.Check(NativeMethods.dit_inference_mode_enter(enabled ? 1 : 0, &entered));
            guard = entered;
        }

        public void Dispose()
        {
            var ended = Interlocked.Exchange(ref guard, 0);
            if (ended != 0) NativeMethods.dit_inference_mode_exit(ended);
        }
    }
}
