using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The elements as another type.</summary>
        /// <param name="type">The element type.</param>
        /// <param name="copy">Whether to copy even when nothing changes.</param>
        /// <param name="disposeAfter">Whether this tensor is disposed once it was converted.</param>
        /// <param name="non_blocking">Whether the copy may run on while the host goes on.</param>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Operator.Call("aten::to.dtype", this, type, non_blocking, copy), disposeAfter);

        /// <inheritdoc cref="to_type"/>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to_type(type, copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device.</summary>
        /// <param name="device">The device.</param>
        /// <param name="copy">Whether to copy even when nothing changes.</param>
        /// <param name="disposeAfter">Whether this tensor is disposed once it was converted.</param>
        /// <param name="non_blocking">Whether the copy may run on while the host goes on.</param>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Operator.Call("aten::to.dtype_layout", this, dtype, Argument.None, device, Argument.None, non_blocking, copy), disposeAfter);

        /// <summary>The tensor on another device and with elements of another type.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Operator.Call("aten::to.dtype_layout", this, type, Argument.None, device, Argument.None, non_blocking, copy), disposeAfter);

        /// <summary>The tensor on another device.</summary>
        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device, by its description.</summary>
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => to(new Device(device), copy, disposeAfter, non_blocking);

        /// <summary>The tensor with the element type and device of another.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => Operator.Call("aten::to.other", this, other, non_blocking);

        private Tensor After(Tensor converted, bool disposeAfter)
        {
            if (disposeAfter) Dispose();
            return converted;
        }

        /// <summary>The elements as Float32.</summary>
        public Tensor @float() => to_type(ScalarType.Float32);

        /// <summary>The elements as Float64.</summary>
        public Tensor @double() => to_type(ScalarType.Float64);

        /// <summary>The elements as Float16.</summary>
        public Tensor half() => to_type(ScalarType.Float16);

        /// <summary>The elements as BFloat16.</summary>
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        /// <summary>The elements as Int64.</summary>
        public Tensor @long() => to_type(ScalarType.Int64);

        /// <summary>The elements as Int32.</summary>
        public Tensor @int() => to_type(ScalarType.Int32);

        /// <summary>The elements as Int16.</summary>
        public Tensor @short() => to_type(ScalarType.Int16);

        /// <summary>The elements as Byte.</summary>
        public Tensor @byte() => to_type(ScalarType.Byte);

        /// <summary>The elements as Bool.</summary>
        public Tensor @bool() => to_type(ScalarType.Bool);

        /// <summary>The tensor on the processor.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>The tensor on a CUDA device.</summary>
        public Tensor cuda(Device? device = null, bool non_blocking = false) => to(device ?? CUDA, non_blocking: non_blocking);

        /// <summary>The elements as another type.</summary>
        public Tensor type(ScalarType dtype) => to_type(dtype);

        /// <summary>The elements as the type of another tensor.</summary>
        public Tensor type_as(Tensor tensor) => Operator.Call("aten::type_as", this, tensor);

        /// <summary>A copy in memory from which a GPU copies faster.</summary>
        public Tensor pin_memory() => Operator.Call("aten::pin_memory", this);

        /// <summary>The elements of another tensor, converted and expanded as needed. In place.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Operator.CallInPlace("aten::copy_", this, source, nonBlocking);
    }
}
