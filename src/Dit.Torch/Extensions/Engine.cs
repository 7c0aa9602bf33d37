using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The engine under the tensors: what it is, what it can do, its threads and its memory.</summary>
public static class Engine
{
    /// <summary>Who provides the tensors: <c>native</c> (this machine's libtorch) or <c>nuget</c> (the package TorchSharp).</summary>
    public static string BackendName => Backend.Name;

    /// <summary>The version of libtorch (of TorchSharp in the <c>nuget</c> backend).</summary>
    public static string TorchVersion => Backend.TorchVersion;

    /// <summary>The BLAS library that libtorch really loaded, with its configuration; "unknown" where it cannot be told.</summary>
    public static string Blas => Backend.Blas;

    /// <summary>The oneDNN that libtorch uses, or "none".</summary>
    public static string OneDnn => Backend.OneDnn;

    /// <summary>The instruction sets: ATen's own, and the processor's widest.</summary>
    public static string InstructionSet => Backend.InstructionSet;

    /// <summary>Threads inside one operator. Default: the number of processors, unless OMP_NUM_THREADS or MKL_NUM_THREADS say otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1.</exception>
    public static int Threads
    {
        get => get_num_threads();
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            set_num_threads(value);
        }
    }

    /// <summary>Whether float32 products on CUDA may use TF32 (19 bits). Default: false, as in PyTorch.</summary>
    public static bool AllowTF32
    {
        get => Backend.AllowTF32;
        set => Backend.AllowTF32 = value;
    }

    /// <summary>Whether this backend, on this machine, has a feature.</summary>
    public static bool Supports(Feature feature) => Backend.Supports(feature);

    /// <summary>The precision that <see cref="Precision.Auto"/> means on a device; the others mean themselves.</summary>
    /// <remarks>bfloat16 only where the device computes it in hardware and this backend has <see cref="Autocast"/>.</remarks>
    /// <exception cref="NotSupportedException"><see cref="Precision.Float16"/> on a device that is not CUDA.</exception>
    public static Precision Resolve(Precision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (precision == Precision.Float16 && device.type != DeviceType.CUDA)
        {
            throw new NotSupportedException(
                $"Precision.Float16 needs a CUDA device, but this is {device}: libtorch has no float16 products there. Choose Precision.BFloat16 or Precision.Float32.");
        }
        if (precision != Precision.Auto) return precision;
        return Supports(Feature.Autocast) && Backend.BFloat16InHardware(device) ? Precision.BFloat16 : Precision.Float32;
    }

    /// <summary>Memory that tensors take on a device (default: the processor).</summary>
    /// <exception cref="NotSupportedException">The backend does not count it.</exception>
    public static MemoryStatistics Memory(Device? device = null) => Backend.Memory(device ?? CPU);

    /// <summary>Starts <see cref="MemoryStatistics.PeakBytes"/> anew.</summary>
    /// <exception cref="NotSupportedException">The backend does not count it.</exception>
    public static void ResetPeakMemory(Device? device = null) => Backend.ResetPeakMemory(device ?? CPU);

    /// <summary>Gives memory that no tensor uses back to the system.</summary>
    public static void EmptyCache(Device? device = null) => Backend.EmptyCache(device ?? CPU);

    /// <summary>Engine, libtorch, BLAS, oneDNN, instruction sets, threads and CUDA, a line each.</summary>
    public static string Describe() => string.Join(Environment.NewLine,
        $"engine           {BackendName}",
        $"libtorch         {TorchVersion}",
        $"BLAS             {Blas}",
        $"oneDNN           {OneDnn}",
        $"instruction set  {InstructionSet}",
        $"bfloat16         {(Backend.BFloat16InHardware(CPU) ? "in hardware" : "emulated")}",
        $"threads          {Threads} of {Environment.ProcessorCount} processors",
        $"CUDA             {(Supports(Feature.Cuda) ? $"{cuda.device_count()} device(s), TF32 {(AllowTF32 ? "on" : "off")}, {Backend.CudaKernels}" : "none")}");
}
