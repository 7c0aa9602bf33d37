using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The states of the default random number generators, for a resume that continues bit by bit.</summary>
/// <param name="Cpu">The processor's generator.</param>
/// <param name="Cuda">The generator of each CUDA device; empty in the nuget backend, whose package does not give access to them.</param>
public sealed record RandomState(byte[] Cpu, IReadOnlyList<byte[]> Cuda)
{
    /// <summary>The states now.</summary>
    public static RandomState Get() => new(Bytes(CPU), [.. CudaDevices().Select(Bytes)]);

    /// <summary>Goes back to these states.</summary>
    /// <exception cref="InvalidOperationException">The states are of another number of CUDA devices.</exception>
    public void Set()
    {
        var devices = CudaDevices();
        if (devices.Length != Cuda.Count)
            throw new InvalidOperationException($"The state is of {Cuda.Count} CUDA devices, but this machine has {devices.Length}.");
        Restore(CPU, Cpu);
        for (var i = 0; i < devices.Length; i++) Restore(devices[i], Cuda[i]);
    }

    private static Device[] CudaDevices() => [.. Enumerable.Range(0, Backend.CudaGenerators).Select(i => new Device(i))];

    private static byte[] Bytes(Device device)
    {
        using var scope = NewDisposeScope();
        using var generator = Backend.DefaultGenerator(device);
        return generator.get_state().bytes.ToArray();
    }

    private static void Restore(Device device, byte[] state)
    {
        using var scope = NewDisposeScope();
        using var generator = Backend.DefaultGenerator(device);
        generator.set_state(tensor(state));
    }
}
