using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The part that an index expression names, or a new value for it.</summary>
        /// <remarks>Numbers and slices give views; tensors (indices or masks) give copies.</remarks>
        /// <exception cref="ArgumentOutOfRangeException">A position lies outside its dimension, or there are too many.</exception>
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set
            {
                using var scope = NewDisposeScope();
                var part = Narrowed(indices, out var tensors);
                if (tensors is null) part.copy_(value);
                else Operator.CallInPlace("aten::index_put_", part, tensors, value.to_type(dtype));
            }
        }

        /// <summary>The elements at indices or where a mask holds, or new values for them.</summary>
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set
            {
                using var scope = NewDisposeScope();
                Operator.CallInPlace("aten::index_put_", this, indices, value.to_type(dtype));
            }
        }

        /// <summary>The part at one index of each leading dimension, as a view, or a new value for it.</summary>
        public Tensor this[params long[] indices]
        {
            get => index([.. indices.Select(i => (TensorIndex)i)]);
            set => this[[.. indices.Select(i => (TensorIndex)i)]] = value;
        }

        /// <summary>The part at an index of the first dimension, as a view, or a new value for it.</summary>
        public Tensor this[long i1]
        {
            get => index((TensorIndex)i1);
            set => this[[(TensorIndex)i1]] = value;
        }

        /// <summary>The part at an index of the first two dimensions, as a view, or a new value for it.</summary>
        public Tensor this[long i1, long i2]
        {
            get => index((TensorIndex)i1, i2);
            set => this[[i1, (TensorIndex)i2]] = value;
        }

        /// <summary>The part at an index of the first three dimensions, as a view, or a new value for it.</summary>
        public Tensor this[long i1, long i2, long i3]
        {
            get => index((TensorIndex)i1, i2, i3);
            set => this[[i1, i2, (TensorIndex)i3]] = value;
        }

        /// <summary>The part at an index of the first four dimensions, as a view, or a new value for it.</summary>
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index((TensorIndex)i1, i2, i3, i4);
            set => this[[i1, i2, i3, (TensorIndex)i4]] = value;
        }

        /// <summary>The part that an index expression names.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            ArgumentNullException.ThrowIfNull(indices);
            using var scope = NewDisposeScope();
            var part = Narrowed(indices, out var tensors);
            var result = tensors is null ? part : Operator.Call("aten::index.Tensor", part, tensors);
            if (ReferenceEquals(result, this)) result = alias();
            return result.MoveToOuterDisposeScope();
        }

        /// <summary>The elements at indices or where a mask holds.</summary>
        public Tensor index(params Tensor[] indices) => Operator.Call("aten::index.Tensor", this, indices);

        /// <summary>Applies numbers, slices and new axes as views; tensors are left for the index operator.</summary>
        private Tensor Narrowed(TensorIndex[] indices, out Tensor[]? tensors)
        {
            var result = this;
            var dim = 0;
            Tensor?[]? found = null;
            var consumed = indices.Sum(Consumes);
            if (consumed > ndim) throw new ArgumentOutOfRangeException(nameof(indices), $"{consumed} positions index a tensor of {ndim} dimensions, {Shape.Text(shape)}.");
            foreach (var index in indices)
            {
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        result = result.select(dim, Checked(index.start ?? 0, result.size(dim), dim));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.start is not null || index.stop is not null || index.step is not null)
                            result = Operator.Call("aten::slice.Tensor", result, dim, index.start, index.stop, index.step ?? 1);
                        dim++;
                        break;
                    case TensorIndex.Kind.None:
                        result = result.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)ndim - consumed;
                        break;
                    case TensorIndex.Kind.Bool:
                        result = result.unsqueeze(dim);
                        Put(ref found, dim++, tensor([index.start == 1]));
                        break;
                    default:
                        Put(ref found, dim, index.tensor!);
                        dim += (int)(index.tensor!.dtype == ScalarType.Bool ? index.tensor.ndim : 1);
                        break;
                }
            }
            tensors = found!;
            return result;
        }

        private static void Put(ref Tensor?[]? tensors, int dim, Tensor tensor)
        {
            Array.Resize(ref tensors, dim + 1);
            tensors[dim] = tensor;
        }

        private static int Consumes(TensorIndex index) => index.kind switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => index.tensor!.dtype == ScalarType.Bool ? (int)index.tensor.ndim : 1,
            _ => 0,
        };

        private static long Checked(long index, long size, int dim)
        {
            if (index >= size || index < -size) throw new ArgumentOutOfRangeException(nameof(index), $"Index {index} lies outside dimension {dim}, which has size {size}.");
            return index;
        }
    }
}
