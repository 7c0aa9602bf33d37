using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Where the tensors of a batch are to be.</summary>
/// <param name="Device">A device, or null for the host.</param>
/// <param name="Pin">Whether tensors on the host are pinned.</param>
internal readonly record struct BatchTarget(Device? Device, bool Pin)
{
    private bool IsElsewhere => Device is not null && Device.type != TorchSharp.DeviceType.CPU;

    /// <summary>Bytes as float32 in [-1, 1], in no dispose scope. A device is sent the bytes, a quarter of the floats.</summary>
    public Tensor Images(ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        if (!IsElsewhere && !Pin) return Planes.ToTensor(bytes, shape);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (!IsElsewhere) return Planes.ToTensor(bytes, shape).MoveToOuterDisposeScope().pin_memory().DetachFromDisposeScope();
        var host = empty(shape, ScalarType.Byte, CPU);
        bytes.CopyTo(host.bytes);
        return ToUnit(host.pin_memory().to(Device!, non_blocking: true)).DetachFromDisposeScope();
    }

    /// <summary>An array of the host where it is to be, in its type.</summary>
    public Tensor Values(HostArray array)
    {
        using var scope = NewDisposeScope();
        var host = empty(array.Shape, array.Type, CPU);
        array.Bytes.CopyTo(host.bytes);
        return Move(host).MoveToOuterDisposeScope();
    }

    /// <summary>A tensor of the host where it is to be. The copy is queued behind the device's work and does not wait for it.</summary>
    public Tensor Move(Tensor host)
    {
        if (IsElsewhere) return host.pin_memory().to(Device!, non_blocking: true);
        return Pin ? host.pin_memory() : host;
    }

    /// <summary>byte / 127.5 - 1 on any device, to the last bit as on the host: a tensor divides, because a scalar is multiplied by its inverse.</summary>
    internal static Tensor ToUnit(Tensor bytes)
    {
        using var scope = NewDisposeScope();
        var half = full([1], 127.5f, ScalarType.Float32, bytes.device);
        return (bytes.to(ScalarType.Float32) / half - 1f).MoveToOuterDisposeScope();
    }
}
