using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Dit.Torch.Native;

/// <summary>The C ABI of libdit_torch; <c>native/torch/dit_torch.h</c> documents each function.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = NativeLibraryLoader.Name;

    [LibraryImport(Library)] internal static partial byte* dit_last_error();
    [LibraryImport(Library)] internal static partial void dit_set_error(byte* message);

    [LibraryImport(Library)] internal static partial int dit_operator_find(byte* name, byte* overload, nint* result);
    [LibraryImport(Library)] internal static partial int dit_operator_call(nint op, NativeValue* args, int argCount, NativeValue* results, int capacity, int* count);
    [LibraryImport(Library)] internal static partial void dit_free(void* p);

    [LibraryImport(Library)] internal static partial void dit_tensor_free(nint t);
    [LibraryImport(Library)] internal static partial int dit_tensor_retain(nint t, nint* result);
    [LibraryImport(Library)] internal static partial int dit_tensor_describe(nint t, TensorInfo* info);
    [LibraryImport(Library)] internal static partial int dit_tensor_set_data(nint t, nint source);

    [LibraryImport(Library)] internal static partial int dit_tensor_requires_grad(nint t, int* result);
    [LibraryImport(Library)] internal static partial int dit_tensor_set_requires_grad(nint t, int value);
    [LibraryImport(Library)] internal static partial int dit_tensor_is_leaf(nint t, int* result);
    [LibraryImport(Library)] internal static partial int dit_tensor_retain_grad(nint t);
    [LibraryImport(Library)] internal static partial int dit_tensor_grad(nint t, nint* result);
    [LibraryImport(Library)] internal static partial int dit_tensor_set_grad(nint t, nint grad);
    [LibraryImport(Library)] internal static partial int dit_backward(nint* tensors, int count, nint* grads, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)] internal static partial int dit_grad(nint* outputs, int count, nint* grads, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)] internal static partial int dit_backward_of_all_leaves();
    [LibraryImport(Library)] internal static partial int dit_grad_mode();
    [LibraryImport(Library)] internal static partial void dit_set_grad_mode(int enabled);
    [LibraryImport(Library)] internal static partial int dit_inference_mode();
    [LibraryImport(Library)] internal static partial int dit_inference_mode_enter(int enabled, nint* guard);
    [LibraryImport(Library)] internal static partial void dit_inference_mode_exit(nint guard);
    [LibraryImport(Library)] internal static partial int dit_anomaly_mode(int* checkNan);
    [LibraryImport(Library)] internal static partial void dit_set_anomaly_mode(int enabled, int checkNan);
    [LibraryImport(Library)] internal static partial int dit_node_create(byte* name, nint* inputs, int inputCount, delegate* unmanaged<nint, nint*, int, nint*, int, int> backward, delegate* unmanaged<nint, void> release, nint context, nint* result);
    [LibraryImport(Library)] internal static partial int dit_node_attach(nint node, nint output, int differentiable, nint* result);
    [LibraryImport(Library)] internal static partial void dit_node_free(nint node);

    [LibraryImport(Library)] internal static partial int dit_engine_describe(EngineInfo* info);
    [LibraryImport(Library)] internal static partial int dit_manual_seed(long seed);
    [LibraryImport(Library)] internal static partial int dit_generator_create(ulong seed, long device, nint* result);
    [LibraryImport(Library)] internal static partial int dit_generator_default(long device, nint* result);
    [LibraryImport(Library)] internal static partial void dit_generator_free(nint g);
    [LibraryImport(Library)] internal static partial int dit_generator_seed(nint g, long* initial);
    [LibraryImport(Library)] internal static partial int dit_generator_set_seed(nint g, ulong seed);
    [LibraryImport(Library)] internal static partial int dit_generator_reseed(nint g, long* seed);
    [LibraryImport(Library)] internal static partial int dit_generator_state(nint g, nint* state);
    [LibraryImport(Library)] internal static partial int dit_generator_set_state(nint g, nint state);
    [LibraryImport(Library)] internal static partial long dit_generator_device(nint g);

    [LibraryImport(Library)] internal static partial int dit_num_threads();
    [LibraryImport(Library)] internal static partial void dit_set_num_threads(int count);
    [LibraryImport(Library)] internal static partial int dit_num_interop_threads();
    [LibraryImport(Library)] internal static partial int dit_set_num_interop_threads(int count);
    [LibraryImport(Library)] internal static partial int dit_autocast_get(int deviceType, int* enabled, int* dtype);
    [LibraryImport(Library)] internal static partial int dit_autocast_set(int deviceType, int enabled, int dtype);
    [LibraryImport(Library)] internal static partial void dit_autocast_nesting(int delta);
    [LibraryImport(Library)] internal static partial void dit_autocast_clear_cache();
    [LibraryImport(Library)] internal static partial int dit_tf32(int* matmul, int* cudnn);
    [LibraryImport(Library)] internal static partial int dit_set_tf32(int matmul, int cudnn);
    [LibraryImport(Library)] internal static partial int dit_memory_describe(long device, NativeMemoryStats* stats);
    [LibraryImport(Library)] internal static partial int dit_memory_reset_peak(long device);
    [LibraryImport(Library)] internal static partial int dit_memory_empty_cache(long device);
    [LibraryImport(Library)] internal static partial int dit_cuda_synchronize(int device);

    [LibraryImport(Library)] internal static partial int dit_graph_create(int device, nint* result);
    [LibraryImport(Library)] internal static partial int dit_graph_enter(nint g);
    [LibraryImport(Library)] internal static partial int dit_graph_leave(nint g);
    [LibraryImport(Library)] internal static partial int dit_graph_begin(nint g, nint* generators, int count);
    [LibraryImport(Library)] internal static partial int dit_graph_end(nint g);
    [LibraryImport(Library)] internal static partial int dit_graph_replay(nint g);
    [LibraryImport(Library)] internal static partial void dit_graph_free(nint g);

    /// <summary>Turns a failed call into a .NET exception.</summary>
    internal static void Check(int status)
    {
        if (status != 0) ThrowLastError();
    }

    /// <summary>The message of the call that failed last on this thread.</summary>
    internal static string LastError => Marshal.PtrToStringUTF8((nint)dit_last_error()) ?? "unknown native error";

    [SuppressMessage("Usage", "CA2201", Justification = "TorchSharp's exception for errors of libtorch.")]
    internal static void ThrowLastError(string? context = null) => throw new ExternalException(context is null ? LastError : $"{context}: {LastError}");
}
