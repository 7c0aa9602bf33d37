using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Dit.Torch.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>What <see cref="Engine"/>, <see cref="Autocast"/> and <see cref="FusedOps"/> stand on in the native backend.</summary>
internal static unsafe class Backend
{
    private static readonly Lazy<EngineInfo> Info = new(() =>
    {
        EngineInfo info;
        NativeMethods.Check(NativeMethods.dit_engine_describe(&info));
        return info;
    });

    internal static string Name => "native";

    internal static string TorchVersion => Text(Info.Value.TorchVersion);

    internal static string Blas => LoadedLibrary.Describe("libopenblas", "openblas_get_config")
        ?? LoadedLibrary.Describe("libmkl_rt", null) ?? LoadedLibrary.Describe("libblas", "openblas_get_config")
        ?? (Text(Info.Value.Build).Contains("BLAS_INFO=mkl", StringComparison.Ordinal) ? "MKL, inside libtorch" : "unknown");

    internal static string OneDnn
    {
        get
        {
            if (Info.Value.HasOneDnn == 0) return "none";
            var line = Text(Info.Value.Build).Split('\n').FirstOrDefault(l => l.Contains("MKL-DNN", StringComparison.Ordinal))?.Trim(' ', '-');
            return $"{line ?? "yes"}{(Supports(Feature.DirectOneDnn) ? ", bfloat16 products through it" : "")}";
        }
    }

    internal static string InstructionSet =>
        $"ATen {Text(Info.Value.CpuCapability)}, processor {(Avx512F.IsSupported ? "AVX512" : Avx2.IsSupported ? "AVX2" : RuntimeInformation.ProcessArchitecture.ToString())}";

    internal static bool AllowTF32
    {
        get => backends.cuda.matmul.allow_tf32;
        set => backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = value;
    }

    internal static bool Supports(Feature feature) => feature switch
    {
        Feature.Autocast or Feature.FusedOps or Feature.MemoryStatistics => true,
        Feature.DirectOneDnn => Info.Value.HasDirectOneDnn != 0,
        Feature.Cuda => Info.Value.CudaDevices > 0,
        Feature.CudaGraphs => Info.Value.CudaDevices > 0 && Info.Value.HasCudaGraphs != 0,
        _ => false,
    };

    internal static string CudaKernels => Info.Value.HasCudaKernels != 0 ? "our kernels and libtorch's" : "libtorch's kernels";

    internal static bool BFloat16InHardware(Device device) => device.type == DeviceType.CUDA || Info.Value.BFloat16InHardware != 0;

    internal static int CudaGenerators => cuda.device_count();

    internal static Generator DefaultGenerator(Device device) => Generator.DefaultOf(device);

    internal static MemoryStatistics Memory(Device device)
    {
        NativeMemoryStats stats;
        NativeMethods.Check(NativeMethods.dit_memory_describe(device.Packed, &stats));
        return new MemoryStatistics(stats.LiveBytes, stats.PeakBytes, stats.ReservedBytes, stats.Allocations);
    }

    internal static void ResetPeakMemory(Device device) => NativeMethods.Check(NativeMethods.dit_memory_reset_peak(device.Packed));

    internal static void EmptyCache(Device device) => NativeMethods.Check(NativeMethods.dit_memory_empty_cache(device.Packed));

    internal static IDisposable EnterAutocast(DeviceType device, bool enabled, ScalarType dtype) => new AutocastScope(device, enabled, dtype);

    internal static (bool Enabled, ScalarType Dtype) AutocastState(DeviceType device)
    {
        int enabled, dtype;
        NativeMethods.Check(NativeMethods.dit_autocast_get((int)device, &enabled, &dtype));
        return (enabled != 0, (ScalarType)dtype);
    }

    internal static void ClearAutocastCache() => NativeMethods.dit_autocast_clear_cache();

    internal static IRecordedGraph NewGraph(Device? device, IReadOnlyList<Generator> generators)
    {
        if (Info.Value.HasCudaGraphs != 0 && Info.Value.CudaDevices == 0)
            throw new NotSupportedException("This machine has no CUDA device that can be used now; `nvidia-smi` tells why. On the processor call the step itself.");
        try
        {
            return new NativeGraph(device?.index ?? -1, generators);
        }
        catch (ExternalException e) when (!Supports(Feature.CudaGraphs))
        {
            throw new NotSupportedException(e.Message, e);
        }
    }

    internal static bool BackwardOfAllLeaves => NativeMethods.dit_backward_of_all_leaves() != 0;

    internal static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => Operator.Call("dit::linear", x, weight, bias);

    internal static Tensor Gelu(Tensor x) => Operator.Call("dit::gelu_tanh", x);

    internal static Tensor SwiGlu(Tensor x) => Operator.Call("dit::swiglu", x);

    internal static Tensor Mlp(Tensor x, Linear first, Linear second, FusedActivation activation) =>
        Operator.Call("dit::mlp", x, first.weight, first.bias, second.weight, second.bias, activation switch
        {
            FusedActivation.GeluTanh => "gelu_tanh",
            FusedActivation.Gelu => "gelu_erf",
            FusedActivation.SiLU => "silu",
            _ => "relu",
        });

    internal static bool HasHooks(nn.Module module) => module.HasHooks;

    internal static Tensor ModulatedNorm(Tensor x, Tensor shift, Tensor scale, double eps, bool centered) =>
        Operator.Call("dit::modulated_norm", x, shift, scale, eps, centered);

    internal static Tensor GatedResidual(Tensor x, Tensor gate, Tensor branch) => Operator.Call("dit::gated_residual", x, gate, branch);

    internal static Tensor Attention(Tensor query, long heads, Tensor? key, Tensor? value, Tensor? mask, Tensor? rotation, QueryKeyNorm? norm, double? scale) =>
        Operator.Call("dit::attention", query, heads, key, value, mask, rotation, norm?.QueryWeight, norm?.QueryBias, norm?.KeyWeight, norm?.KeyBias,
            norm?.Epsilon ?? 0, scale);

    internal static Tensor ClipGradNorm(IReadOnlyList<Tensor> gradients, double maxNorm)
    {
        using var quiet = no_grad();
        var list = gradients.ToArray();
        var norm = Operator.Call("dit::grad_norm", list);
        Operator.CallVoid("dit::clip_grad_", list, norm, maxNorm);
        return norm;
    }

    internal static void Step(OptimizerHelper optimizer, IReadOnlyList<Tensor> gradients, Tensor? norm, double maxNorm, IReadOnlyList<MovingAverage> averages)
    {
        if (CudaGraph.Capturing is null && optimizer.TryStep(new StepCompanions(norm, maxNorm, averages))) return;
        if (norm is not null)
            using (no_grad()) Operator.CallVoid("dit::clip_grad_", gradients.ToArray(), norm, maxNorm);
        optimizer.step();
        foreach (var average in averages) Ema(average.Shadows, average.Parameters, average.Decay);
    }

    internal static void Ema(IReadOnlyList<Tensor> shadows, IReadOnlyList<Tensor> parameters, double decay)
    {
        using var quiet = no_grad();
        Operator.CallVoid("dit::ema_", shadows.ToArray(), parameters.ToArray(), decay);
    }

    private static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    private sealed class AutocastScope : IDisposable
    {
        private readonly DeviceType device;
        private readonly (bool Enabled, ScalarType Dtype) before;
        private bool disposed;

        internal AutocastScope(DeviceType device, bool enabled, ScalarType dtype)
        {
            this.device = device;
            before = AutocastState(device);
            NativeMethods.Check(NativeMethods.dit_autocast_set((int)device, enabled ? 1 : 0, (int)dtype));
            NativeMethods.dit_autocast_nesting(1);
        }

        public void Dispose()
        {
            if (disposed) return;
            disposed = true;
            NativeMethods.dit_autocast_nesting(-1);
            NativeMethods.Check(NativeMethods.dit_autocast_set((int)device, before.Enabled ? 1 : 0, (int)before.Dtype));
        }
    }
}
