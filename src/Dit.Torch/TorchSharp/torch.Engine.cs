using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Threads inside one operator.</summary>
    public static int get_num_threads() => NativeMethods.dit_num_threads();

    /// <summary>Sets the threads inside one operator.</summary>
    public static void set_num_threads(int num)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(num);
        NativeMethods.dit_set_num_threads(num);
    }

    /// <summary>Threads for operators that run at the same time.</summary>
    public static int get_num_interop_threads() => NativeMethods.dit_num_interop_threads();

    /// <summary>Sets the threads for operators that run at the same time; possible once, before the first of them.</summary>
    public static void set_num_interop_threads(int num) => NativeMethods.Check(NativeMethods.dit_set_num_interop_threads(num));

    /// <summary>NVIDIA GPUs.</summary>
    public static partial class cuda
    {
        /// <summary>Whether a CUDA device can be used now.</summary>
        public static bool is_available() => device_count() > 0;

        /// <summary>The number of CUDA devices.</summary>
        public static unsafe int device_count()
        {
            EngineInfo info;
            NativeMethods.Check(NativeMethods.dit_engine_describe(&info));
            return info.CudaDevices;
        }

        /// <summary>Waits until a device has done all it was given.</summary>
        public static void synchronize(Device? device = null) => NativeMethods.Check(NativeMethods.dit_cuda_synchronize(device?.index ?? -1));
    }
}
