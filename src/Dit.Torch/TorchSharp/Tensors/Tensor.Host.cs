using System.Runtime.CompilerServices;
using Dit.Torch.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The single element as a .NET number of the tensor's own element type.</summary>
        /// <remarks>On a GPU this waits for the device.</remarks>
        /// <exception cref="ArgumentException">The tensor has more than one element, or another element type.</exception>
        public T item<T>() where T : unmanaged
        {
            if (numel() != 1) throw new ArgumentException($"item() needs a tensor of one element, but the shape is {Shape.Text(shape)}.");
            CheckType(typeof(T), dtype);
            using var host = torch.no_grad_alias(this).cpu_untracked();
            unsafe
            {
                return Unsafe.Read<T>(host.Describe().Data);
            }
        }

        /// <summary>The single element as a number of any type.</summary>
        public Scalar ToScalar() => Operator.CallScalar("aten::item", this);

        /// <summary>The elements, on the host, as .NET numbers of the tensor's own element type; writing changes the tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor does not live on the processor.</exception>
        /// <exception cref="ArgumentException">The element type is another.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            CheckType(typeof(T), dtype);
            if (!is_cpu()) throw new InvalidOperationException($"The elements of a tensor on {device} cannot be read in place. Copy it to the host with cpu() first.");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The bytes of a contiguous tensor on the processor; valid while the tensor lives.</summary>
        /// <exception cref="InvalidOperationException">The tensor is elsewhere, not contiguous, or larger than a span can be.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                var info = HostInfo();
                return new Span<byte>(info.Data, checked((int)(info.NumberOfElements * info.ElementSize)));
            }
            set
            {
                var target = bytes;
                if (value.Length != target.Length) throw new ArgumentException($"The tensor holds {target.Length} bytes, but got {value.Length}.", nameof(value));
                value.CopyTo(target);
            }
        }

        /// <summary>The element at a flat index of a contiguous tensor on the processor.</summary>
        public unsafe T ReadCpuValue<T>(long i) where T : unmanaged
        {
            CheckType(typeof(T), dtype);
            var info = HostInfo();
            if ((ulong)i >= (ulong)info.NumberOfElements) throw new ArgumentOutOfRangeException(nameof(i), i, $"The tensor has {info.NumberOfElements} elements.");
            var value = ((T*)info.Data)[i];
            GC.KeepAlive(this);
            return value;
        }

        /// <summary>The float at a flat index.</summary>
        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);

        /// <summary>The double at a flat index.</summary>
        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);

        /// <summary>The long at a flat index.</summary>
        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);

        /// <summary>The int at a flat index.</summary>
        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);

        /// <summary>The byte at a flat index.</summary>
        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);

        /// <summary>The truth value at a flat index.</summary>
        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);

        /// <summary>Writes the elements' bytes, in row-major order.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferSize);
            using var host = no_grad_alias(this).cpu_untracked();
            var info = host.Describe();
            var remaining = info.NumberOfElements * info.ElementSize;
            for (var p = (byte*)info.Data; remaining > 0;)
            {
                var count = (int)Math.Min(remaining, int.MaxValue & ~0xfff);
                stream.Write(new ReadOnlySpan<byte>(p, count));
                p += count;
                remaining -= count;
            }
        }

        /// <summary>Reads the elements' bytes, in row-major order, into this tensor.</summary>
        /// <exception cref="EndOfStreamException">The stream has fewer bytes than the tensor.</exception>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            ArgumentNullException.ThrowIfNull(stream);
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferSize);
            using var host = is_cpu() && is_contiguous() ? no_grad_alias(this) : Operator.Call("aten::empty.memory_format", shape, dtype, Argument.None, CPU).DetachFromDisposeScope();
            var info = host.Describe();
            var remaining = info.NumberOfElements * info.ElementSize;
            for (var p = (byte*)info.Data; remaining > 0;)
            {
                var count = (int)Math.Min(remaining, int.MaxValue & ~0xfff);
                stream.ReadExactly(new Span<byte>(p, count));
                p += count;
                remaining -= count;
            }
            if (!is_cpu() || !is_contiguous()) using (no_grad()) copy_(host);
        }

        /// <summary>The bytes' place and size, of a contiguous tensor on the processor.</summary>
        internal TensorInfo HostInfo()
        {
            var info = Describe();
            if (info.DeviceType != (int)DeviceType.CPU) throw new InvalidOperationException($"The tensor lives on {device}. Copy it to the host with cpu() first.");
            if (info.IsContiguous == 0) throw new InvalidOperationException("The tensor is not contiguous in memory. Use contiguous() first.");
            return info;
        }

        /// <summary>A contiguous copy (or alias) on the processor that no scope owns.</summary>
        private Tensor cpu_untracked()
        {
            var info = Describe();
            if (info.DeviceType == (int)DeviceType.CPU && info.IsContiguous != 0) return this;
            using (this) return cpu().contiguous().DetachFromDisposeScope();
        }

        private static void CheckType(Type requested, ScalarType actual)
        {
            if (TypeOf(actual) != requested)
                throw new ArgumentException($"The tensor's elements are {actual}, not {requested.Name}. Ask for {TypeOf(actual).Name}, or convert with to().");
        }

        internal static Type TypeOf(ScalarType type) => type switch
        {
            ScalarType.Byte => typeof(byte),
            ScalarType.Int8 => typeof(sbyte),
            ScalarType.Int16 => typeof(short),
            ScalarType.Int32 => typeof(int),
            ScalarType.Int64 => typeof(long),
            ScalarType.Float16 => typeof(Half),
            ScalarType.BFloat16 => typeof(BFloat16),
            ScalarType.Float32 => typeof(float),
            ScalarType.Float64 => typeof(double),
            ScalarType.Bool => typeof(bool),
            _ => throw new NotSupportedException($"Elements of type {type} have no .NET counterpart here."),
        };

        /// <summary>The single element as <see cref="float"/>.</summary>
        public static explicit operator float(Tensor value) => value.ToScalar().ToSingle();

        /// <summary>The single element as <see cref="double"/>.</summary>
        public static explicit operator double(Tensor value) => value.ToScalar().ToDouble();

        /// <summary>The single element as <see cref="byte"/>.</summary>
        public static explicit operator byte(Tensor value) => value.ToScalar().ToByte();

        /// <summary>The single element as <see cref="short"/>.</summary>
        public static explicit operator short(Tensor value) => value.ToScalar().ToInt16();

        /// <summary>The single element as <see cref="int"/>.</summary>
        public static explicit operator int(Tensor value) => value.ToScalar().ToInt32();

        /// <summary>The single element as <see cref="long"/>.</summary>
        public static explicit operator long(Tensor value) => value.ToScalar().ToInt64();

        /// <summary>Whether the single element is not zero.</summary>
        public static explicit operator bool(Tensor value) => value.ToScalar().ToBoolean();
    }

    /// <summary>A second reference to the same memory, without a graph, that no scope owns.</summary>
    private static Tensor no_grad_alias(Tensor tensor) => Operator.Call("aten::detach", tensor).DetachFromDisposeScope();
}
