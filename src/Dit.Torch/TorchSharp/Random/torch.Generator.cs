using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private nint handle;

        /// <summary>A new generator.</summary>
        /// <param name="seed">Equal seeds give equal numbers.</param>
        /// <param name="device">Where the numbers are made; null is the processor.</param>
        public unsafe Generator(ulong seed = 0, Device? device = null)
        {
            nint made;
            this.device = device ?? CPU;
            NativeMethods.Check(NativeMethods.dit_generator_create(seed, this.device.Packed, &made));
            handle = made;
        }

        private Generator(nint handle, Device device)
        {
            this.handle = handle;
            this.device = device;
        }

        /// <summary>Frees the generator.</summary>
        ~Generator() => Dispose(false);

        /// <summary>The generator that is used where none is named.</summary>
        public static Generator Default => DefaultOf(CPU);

        /// <summary>Where the numbers are made.</summary>
        public Device device { get; private set; }

        /// <summary>The native handle.</summary>
        /// <exception cref="ObjectDisposedException">The generator was disposed.</exception>
        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>The state, as bytes; equal states give equal numbers.</summary>
        public unsafe Tensor get_state()
        {
            nint state;
            NativeMethods.Check(NativeMethods.dit_generator_state(Handle, &state));
            GC.KeepAlive(this);
            return Tensor.FromHandle(state);
        }

        /// <summary>Goes back to a state of <see cref="get_state"/>.</summary>
        public void set_state(Tensor value)
        {
            ArgumentNullException.ThrowIfNull(value);
            NativeMethods.Check(NativeMethods.dit_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        /// <summary>Starts again from a seed.</summary>
        public Generator manual_seed(long seed)
        {
            NativeMethods.Check(NativeMethods.dit_generator_set_seed(Handle, (ulong)seed));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>The seed that the numbers started from.</summary>
        public unsafe long initial_seed()
        {
            long seed;
            NativeMethods.Check(NativeMethods.dit_generator_seed(Handle, &seed));
            GC.KeepAlive(this);
            return seed;
        }

        /// <summary>Starts again from a seed that differs every time, and returns it.</summary>
        public unsafe long seed()
        {
            long seed;
            NativeMethods.Check(NativeMethods.dit_generator_reseed(Handle, &seed));
            GC.KeepAlive(this);
            return seed;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native reference.</summary>
        protected virtual void Dispose(bool disposing) => NativeMethods.dit_generator_free(Interlocked.Exchange(ref handle, 0));

        internal static unsafe Generator DefaultOf(Device device)
        {
            nint found;
            NativeMethods.Check(NativeMethods.dit_generator_default(device.Packed, &found));
            return new Generator(found, device);
        }
    }

    /// <summary>Starts the default generators of all devices from a seed.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeMethods.Check(NativeMethods.dit_manual_seed(seed));
        return Generator.Default;
    }
}
