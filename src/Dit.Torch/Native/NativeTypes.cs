using System.Runtime.InteropServices;

namespace Dit.Torch.Native;

/// <summary>What a <see cref="NativeValue"/> holds (<c>dit_tag</c>).</summary>
internal enum ValueTag
{
    None,
    Tensor,
    Int,
    Double,
    Bool,
    String,
    Device,
    Generator,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
}

/// <summary>One argument or result of an operator (<c>dit_value</c>).</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeValue
{
    [FieldOffset(0)] public ValueTag Tag;
    [FieldOffset(4)] public int Count;
    [FieldOffset(8)] public long Int;
    [FieldOffset(8)] public double Double;
    [FieldOffset(8)] public void* Pointer;
}

/// <summary>A tensor's metadata (<c>dit_tensor_info</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorInfo
{
    public long* Sizes;
    public long* Strides;
    public void* Data;
    public long NumberOfElements;
    public int Dimensions;
    public int ScalarType;
    public int DeviceType;
    public int DeviceIndex;
    public int Layout;
    public int ElementSize;
    public int IsContiguous;
    public int IsPinned;
}

/// <summary>What the installed engine is (<c>dit_engine_info</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct EngineInfo
{
    public byte* TorchVersion;
    public byte* Build;
    public byte* CpuCapability;
    public int HasOneDnn;
    public int HasDirectOneDnn;
    public int HasCuda;
    public int CudaDevices;
    public int BFloat16InHardware;
    public int HasCudaGraphs;
    public int HasCudaKernels;
}

/// <summary>Memory in tensors (<c>dit_memory_stats</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMemoryStats
{
    public long LiveBytes;
    public long PeakBytes;
    public long ReservedBytes;
    public long Allocations;
}
