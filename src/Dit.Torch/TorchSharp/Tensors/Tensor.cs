using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A multi-dimensional array of one element type on one device, with automatic differentiation.</summary>
    /// <remarks>
    /// A tensor made while a dispose scope is open on its thread belongs to that scope. Any other tensor is freed by
    /// <see cref="Dispose()"/>, or at the latest by the garbage collector.
    /// </remarks>
    [SuppressMessage("Usage", "CA1816", Justification = "Every path that frees the handle ends in DisposeFromScope, which suppresses the finalizer.")]
    public partial class Tensor : IDisposable
    {
        private static long totalCount;
        private static long peakCount;

        private nint handle;

        /// <summary>Takes over a handle.</summary>
        /// <param name="handle">An owned reference of the C ABI.</param>
        /// <param name="register">Whether the innermost dispose scope of this thread becomes the owner.</param>
        private protected Tensor(nint handle, bool register)
        {
            this.handle = handle;
            var total = Interlocked.Increment(ref totalCount);
            if (total > Volatile.Read(ref peakCount)) Volatile.Write(ref peakCount, total);
            if (register) DisposeScopeManager.Register(this);
        }

        internal static Tensor FromHandle(nint handle) =>
            handle != 0 ? new Tensor(handle, register: true) : throw new InvalidOperationException("The operator returned an undefined tensor.");

        internal static Tensor? FromNullableHandle(nint handle) => handle == 0 ? null : FromHandle(handle);

        /// <summary>Frees a tensor that was not disposed.</summary>
        ~Tensor() => Dispose(false);

        /// <summary>The native handle.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
        public IntPtr Handle => handle != 0 ? handle : ThrowDisposed();

        /// <summary>Whether the tensor was disposed.</summary>
        public bool IsInvalid => handle == 0;

        /// <summary>Tensors that are alive in the process.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>The most tensors that were alive at once.</summary>
        public static long PeakCount => Interlocked.Read(ref peakCount);

        /// <summary>A name for people; it has no meaning to operators.</summary>
        public string? name { get; set; }

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal int DisposeScopeIndex { get; set; }

        /// <summary>Frees the tensor now. Disposing twice does nothing.</summary>
        public void Dispose()
        {
            if (handle == 0) return;
            if (OwningDisposeScope is { } scope) scope.MarkAsDisposed(this);
            else DisposeScopeManager.CountDisposedOutside();
            DisposeFromScope();
        }

        internal void DisposeFromScope()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native reference.</summary>
        protected virtual void Dispose(bool disposing)
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed == 0) return;
            NativeMethods.dit_tensor_free(freed);
            Interlocked.Decrement(ref totalCount);
        }

        /// <summary>Gives the handle away; this object is empty afterwards.</summary>
        /// <returns>A reference that the caller has to free.</returns>
        public IntPtr DecoupleFromNativeHandle()
        {
            var given = Handle;
            OwningDisposeScope?.Detach(this);
            handle = 0;
            Interlocked.Decrement(ref totalCount);
            GC.SuppressFinalize(this);
            return given;
        }

        /// <summary>Wraps a native handle, taking it over.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => FromHandle(handle);

        /// <summary>Moves the tensor to the scope around the one that owns it, or out of all scopes.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of its scope; its holder disposes it from then on.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>Moves the tensor to another scope, or out of all scopes (null).</summary>
        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is { } scope) scope.MoveToOther(other, this);
            else other?.Attach(this);
            return this;
        }

        /// <summary>Moves the tensor to the scope that owns another tensor.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        [MethodImpl(MethodImplOptions.NoInlining)]
        private nint ThrowDisposed() => throw new ObjectDisposedException(
            name is null ? nameof(Tensor) : $"{nameof(Tensor)} '{name}'",
            "The tensor was disposed, by itself or by its dispose scope. Move a result out of its scope with MoveToOuterDisposeScope() to keep it.");
    }
}
