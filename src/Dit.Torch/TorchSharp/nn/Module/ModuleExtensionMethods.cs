namespace TorchSharp;

/// <summary>Moves and converts modules, keeping their static type.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Moves the parameters and buffers to a device.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="deviceType">The kind of device.</param>
    /// <param name="deviceIndex">The index, or -1 for the current one.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1,
        bool non_blocking = false) where T : torch.nn.Module => (T)module._to(deviceType, deviceIndex, non_blocking);

    /// <summary>Moves the parameters and buffers to a device.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device.type, device.index, non_blocking);

    /// <summary>Moves the parameters and buffers to a device, given as in "cuda:0".</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(new torch.Device(device), non_blocking);

    /// <summary>Converts the floating-point parameters and buffers.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="type">The floating-point type.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => (T)module._to(type, non_blocking);

    /// <summary>Moves the parameters and buffers and converts those that are floating point.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device.</param>
    /// <param name="type">The floating-point type.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type,
        bool non_blocking = false) where T : torch.nn.Module => (T)module._to(device, type, non_blocking);

    /// <summary>Moves and converts the parameters and buffers to what a tensor has.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="other">The tensor whose device and type to take.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module => (T)module._to(other, non_blocking);

    /// <summary>Moves the parameters and buffers to the CPU.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(DeviceType.CPU, -1, non_blocking);

    /// <summary>Moves the parameters and buffers to a CUDA device.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="deviceIndex">The index, or -1 for the current one.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(DeviceType.CUDA, deviceIndex, non_blocking);

    /// <summary>Converts the floating-point parameters and buffers to Float16.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float16, non_blocking);

    /// <summary>Converts the floating-point parameters and buffers to BFloat16.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.BFloat16, non_blocking);

    /// <summary>Converts the floating-point parameters and buffers to Float32.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float32, non_blocking);

    /// <summary>Converts the floating-point parameters and buffers to Float64.</summary>
    /// <typeparam name="T">The module's class.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the copies may go on after the call.</param>
    /// <returns>The module.</returns>
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float64, non_blocking);
}
