using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The size of each dimension.</summary>
        public unsafe long[] shape
        {
            get
            {
                var info = Describe();
                var sizes = new ReadOnlySpan<long>(info.Sizes, info.Dimensions).ToArray();
                GC.KeepAlive(this);
                return sizes;
            }
        }

        /// <summary>The size of each dimension.</summary>
        public long[] size() => shape;

        /// <summary>The size of one dimension; negative counts from the last.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public unsafe long size(int dim)
        {
            var info = Describe();
            var size = info.Sizes[Wrap(dim, info.Dimensions)];
            GC.KeepAlive(this);
            return size;
        }

        /// <summary>The step, in elements, of each dimension.</summary>
        public unsafe long[] stride()
        {
            var info = Describe();
            var strides = new ReadOnlySpan<long>(info.Strides, info.Strides is null ? 0 : info.Dimensions).ToArray();
            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>The step, in elements, of one dimension.</summary>
        public long stride(int dim) => stride()[Wrap(dim, (int)ndim)];

        /// <summary>The number of dimensions.</summary>
        public long Dimensions => Describe().Dimensions;

        /// <summary>The number of dimensions.</summary>
        public long ndim => Describe().Dimensions;

        /// <summary>The number of dimensions.</summary>
        public long dim() => Describe().Dimensions;

        /// <summary>The number of elements.</summary>
        public long NumberOfElements => Describe().NumberOfElements;

        /// <summary>The number of elements.</summary>
        public long numel() => Describe().NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Describe().ElementSize;

        /// <summary>Bytes of one element.</summary>
        public long element_size() => Describe().ElementSize;

        /// <summary>The first element's place in the storage.</summary>
        public long storage_offset() => Operator.CallInt("aten::storage_offset", this);

        /// <summary>The type of the elements.</summary>
        public ScalarType dtype => (ScalarType)Describe().ScalarType;

        /// <summary>Where the tensor lives.</summary>
        public Device device
        {
            get
            {
                var info = Describe();
                return info.DeviceType == (int)DeviceType.CPU ? CPU : new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        /// <summary>The kind of device the tensor lives on.</summary>
        public DeviceType device_type => (DeviceType)Describe().DeviceType;

        /// <summary>The index of the device the tensor lives on.</summary>
        public int device_index => Describe().DeviceIndex;

        /// <summary>Whether the tensor lives on the processor.</summary>
        public bool is_cpu() => Describe().DeviceType == (int)DeviceType.CPU;

        /// <summary>Whether the tensor lives on a CUDA device.</summary>
        public bool is_cuda => Describe().DeviceType == (int)DeviceType.CUDA;

        /// <summary>Whether the tensor has no memory.</summary>
        public bool is_meta => Describe().DeviceType == (int)DeviceType.META;

        /// <summary>Whether the layout is sparse.</summary>
        public bool is_sparse => Describe().Layout != 0;

        /// <summary>Whether the elements lie in memory in row-major order without gaps.</summary>
        public bool is_contiguous() => Describe().IsContiguous != 0;

        /// <summary>Whether the memory is pinned for copies to a GPU.</summary>
        public bool is_pinned() => Describe().IsPinned != 0;

        /// <summary>Whether the elements are floating-point numbers.</summary>
        public bool is_floating_point() => torch.is_floating_point(dtype);

        /// <summary>Whether the elements are integers.</summary>
        public bool is_integral() => torch.is_integral(dtype);

        /// <summary>Whether the elements are complex numbers.</summary>
        public bool is_complex() => Operator.CallBool("aten::is_complex", this);

        /// <summary>Whether the single element is not zero.</summary>
        public bool is_nonzero() => Operator.CallBool("aten::is_nonzero", this);

        internal unsafe TensorInfo Describe()
        {
            TensorInfo info;
            NativeMethods.Check(NativeMethods.dit_tensor_describe(Handle, &info));
            GC.KeepAlive(this);
            return info;
        }

        private static int Wrap(int dim, int dimensions)
        {
            var wrapped = dim < 0 ? dim + dimensions : dim;
            if ((uint)wrapped >= (uint)dimensions)
                throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {dimensions} dimensions; use {-dimensions} to {dimensions - 1}.");
            return wrapped;
        }
    }

    /// <summary>Whether the elements are floating-point numbers.</summary>
    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    /// <summary>Whether the elements are integers.</summary>
    public static bool is_integral(Tensor t) => t.is_integral();
}
