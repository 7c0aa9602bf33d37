using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>What <see cref="Engine"/>, <see cref="Autocast"/> and <see cref="FusedOps"/> stand on in the nuget backend: the package TorchSharp.</summary>
internal static class Backend
{
    private const string NativeOnly = "The package TorchSharp does not bind this; build with DitBackend=native to have it.";

    internal static string Name => "nuget";

    internal static string TorchVersion =>
        $"TorchSharp {typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?"}";

    internal static string Blas => "unknown";

    internal static string OneDnn => "unknown";

    internal static string InstructionSet => RuntimeInformation.ProcessArchitecture.ToString();

    internal static bool AllowTF32
    {
        get => backends.cuda.matmul.allow_tf32;
        set => backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = value;
    }

    internal static bool Supports(Feature feature) => feature == Feature.Cuda && cuda.is_available();

    internal static string CudaKernels => "libtorch's kernels";

    internal static bool BFloat16InHardware(Device device) => device.type == DeviceType.CUDA;

    // TorchSharp gives access to the processor's default generator only.
    internal static int CudaGenerators => 0;

    internal static Generator DefaultGenerator(Device device) => Generator.Default;

    internal static MemoryStatistics Memory(Device device) => throw new NotSupportedException(NativeOnly);

    internal static void ResetPeakMemory(Device device) => throw new NotSupportedException(NativeOnly);

    internal static void EmptyCache(Device device) => throw new NotSupportedException(NativeOnly);

    internal static IDisposable EnterAutocast(DeviceType device, bool enabled, ScalarType dtype) => throw new NotSupportedException(NativeOnly);

    internal static (bool Enabled, ScalarType Dtype) AutocastState(DeviceType device) => (false, ScalarType.BFloat16);

    internal static void ClearAutocastCache() { }

    internal static IRecordedGraph NewGraph(Device? device, IReadOnlyList<Generator> generators) => throw new NotSupportedException(NativeOnly);

    // TorchSharp does not tell.
    internal static bool BackwardOfAllLeaves => true;

    // FusedOps.Enabled is always false here: these are never called.
    internal static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => PlainOps.Linear(x, weight, bias);

    internal static Tensor Gelu(Tensor x) => PlainOps.Gelu(x);

    internal static Tensor SwiGlu(Tensor x) => PlainOps.SwiGlu(x);

    internal static Tensor Mlp(Tensor x, Linear first, Linear second, FusedActivation activation) => PlainOps.Mlp(x, first, second, activation);

    internal static bool HasHooks(nn.Module module) => true;

    internal static Tensor ModulatedNorm(Tensor x, Tensor shift, Tensor scale, double eps, bool centered) =>
        PlainOps.ModulatedNorm(x, shift, scale, eps, centered);

    internal static Tensor GatedResidual(Tensor x, Tensor gate, Tensor branch) => PlainOps.GatedResidual(x, gate, branch);

    internal static Tensor Attention(Tensor query, long heads, Tensor? key, Tensor? value, Tensor? mask, Tensor? rotation, QueryKeyNorm? norm, double? scale) =>
        PlainOps.Attention(query, heads, key, value, mask, rotation, norm, scale);

    internal static Tensor ClipGradNorm(IReadOnlyList<Tensor> gradients, double maxNorm) => PlainOps.ClipGradNorm(gradients, maxNorm);

    internal static void Step(OptimizerHelper optimizer, IReadOnlyList<Tensor> gradients, Tensor? norm, double maxNorm, IReadOnlyList<MovingAverage> averages) =>
        PlainOps.Step(optimizer, gradients, norm, maxNorm, averages);

    internal static void Ema(IReadOnlyList<Tensor> shadows, IReadOnlyList<Tensor> parameters, double decay) => PlainOps.Ema(shadows, parameters, decay);
}
