namespace Dit.Torch;

/// <summary>What <see cref="Engine.Supports"/> can be asked for.</summary>
public enum Feature
{
    /// <summary>Mixed precision; see <see cref="Dit.Torch.Autocast"/>.</summary>
    Autocast,

    /// <summary>Operators of our own in native code; see <see cref="Dit.Torch.FusedOps"/>.</summary>
    FusedOps,

    /// <summary>Memory statistics of the processor's tensors.</summary>
    MemoryStatistics,

    /// <summary>bfloat16 products through oneDNN instead of our own: where the processor has AMX, which those do not use.</summary>
    DirectOneDnn,

    /// <summary>A CUDA device that can be used now.</summary>
    Cuda,

    /// <summary>Steps recorded once and replayed; see <see cref="CudaGraph"/>.</summary>
    CudaGraphs,
}
