using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Moves everything to a device; see <see cref="ModuleExtensionMethods"/>.</summary>
            /// <param name="deviceType">The kind of device.</param>
            /// <param name="deviceIndex">Its index, or -1 for the current one.</param>
            /// <param name="non_blocking">Whether the copies may go on after the call.</param>
            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                foreach (var (_, child) in named_children()) child._to(deviceType, deviceIndex, non_blocking);
                _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);
                return this;
            }

            /// <summary>Moves everything to a device and converts what is floating point.</summary>
            /// <param name="device">The device.</param>
            /// <param name="dtype">The floating-point type.</param>
            /// <param name="non_blocking">Whether the copies may go on after the call.</param>
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckFloatingPoint(dtype);
                foreach (var (_, child) in named_children()) child._to(device, dtype, non_blocking);
                _toEpilog(dtype, device, non_blocking);
                return this;
            }

            /// <summary>Converts what is floating point.</summary>
            /// <param name="dtype">The floating-point type.</param>
            /// <param name="non_blocking">Whether the copies may go on after the call.</param>
            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckFloatingPoint(dtype);
                foreach (var (_, child) in named_children()) child._to(dtype, non_blocking);
                _toEpilog(dtype, null, non_blocking);
                return this;
            }

            /// <summary>Moves and converts everything to the device and the type of a tensor.</summary>
            /// <param name="other">The tensor.</param>
            /// <param name="non_blocking">Whether the copies may go on after the call.</param>
            public Module _to(Tensor other, bool non_blocking)
            {
                ArgumentNullException.ThrowIfNull(other);
                return _to(other.device, other.dtype, non_blocking);
            }

            /// <summary>Moves and converts the parameters (with their gradients) and buffers of this module alone.</summary>
            /// <remarks>The tensors keep their identity, as in PyTorch: fields, and optimizers that hold them, stay valid.</remarks>
            /// <param name="dtype">The type for what is floating point, or null to keep it.</param>
            /// <param name="device">The device, or null to keep it.</param>
            /// <param name="non_blocking">Whether the copies may go on after the call.</param>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                foreach (var (_, parameter) in named_parameters(recurse: false))
                {
                    var gradient = parameter.grad;
                    if (gradient is not null) parameter.grad = null;   // its type may not differ from the parameter's, not even for a moment
                    Convert(parameter, dtype, device, non_blocking);
                    if (gradient is null) continue;
                    Convert(gradient, dtype, device, non_blocking);
                    parameter.grad = gradient;
                }
                foreach (var (_, buffer) in named_buffers(recurse: false)) Convert(buffer, dtype, device, non_blocking);
            }

            private static void Convert(Tensor tensor, ScalarType? dtype, Device? device, bool non_blocking)
            {
                var type = dtype is not null && tensor.is_floating_point() ? dtype.Value : tensor.dtype;
                var moved = tensor.to(type, device ?? tensor.device, non_blocking: non_blocking);
                if (!ReferenceEquals(moved, tensor)) NativeMethods.Check(NativeMethods.dit_tensor_set_data(tensor.Handle, moved.Handle));
            }

            private static void CheckFloatingPoint(ScalarType dtype)
            {
                if (dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64
                    or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64))
                    throw new ArgumentException($"A module converts to floating-point or complex types only, not to {dtype}.", nameof(dtype));
            }

            /// <summary>The device and the type for a new parameter: those given, or torch's defaults.</summary>
            /// <param name="device">The device, or null.</param>
            /// <param name="dtype">The type, or null.</param>
            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null) =>
                (device ?? get_default_device(), dtype ?? get_default_dtype());
        }
    }
}
