using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>Mixed precision: matrix products and convolutions in a 16-bit type, the rest as the operators need it.</summary>
/// <remarks>
/// The rules are libtorch's own for the device. Wrap the forward pass only; backward uses the types that forward chose.
/// Weights that were cast are kept for the other calls inside the outermost scope.
/// </remarks>
public static class Autocast
{
    /// <summary>Casts on this thread until disposed.</summary>
    /// <param name="device">The kind of device whose operators cast.</param>
    /// <param name="dtype">The type of the products: <see cref="ScalarType.BFloat16"/> or, on CUDA, <see cref="ScalarType.Float16"/>.</param>
    /// <exception cref="ArgumentException">The type is not a 16-bit floating-point type.</exception>
    /// <exception cref="NotSupportedException">The backend has no autocast.</exception>
    public static IDisposable Enter(DeviceType device, ScalarType dtype = ScalarType.BFloat16)
    {
        if (dtype is not (ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentException($"Autocast computes in BFloat16 or Float16, not in {dtype}.", nameof(dtype));
        return Backend.EnterAutocast(device, enabled: true, dtype);
    }

    /// <summary>Casts nothing on this thread until disposed, inside an outer scope that does.</summary>
    public static IDisposable Suspend(DeviceType device) => Backend.EnterAutocast(device, enabled: false, ScalarType.BFloat16);

    /// <summary>The scope that a precision asks for on a device, or nothing for <see cref="Precision.Float32"/>.</summary>
    /// <returns>What to dispose, or null.</returns>
    /// <exception cref="NotSupportedException">The device or the backend has no such precision.</exception>
    public static IDisposable? For(Precision precision, Device device) => Engine.Resolve(precision, device) switch
    {
        Precision.BFloat16 => Enter(device.type),
        Precision.Float16 => Enter(device.type, ScalarType.Float16),
        _ => null,
    };
}
