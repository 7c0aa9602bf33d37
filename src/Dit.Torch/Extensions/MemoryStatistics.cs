namespace Dit.Torch;

/// <summary>Memory that tensors of one device take, in bytes.</summary>
/// <param name="LiveBytes">In tensors now.</param>
/// <param name="PeakBytes">The most since the last <see cref="Engine.ResetPeakMemory"/>.</param>
/// <param name="ReservedBytes">Held from the system, in use or kept for the next tensor.</param>
/// <param name="Allocations">How many times memory was asked for since the process started.</param>
public readonly record struct MemoryStatistics(long LiveBytes, long PeakBytes, long ReservedBytes, long Allocations);
