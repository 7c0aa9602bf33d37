using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>A view with another shape; one size may be -1.</summary>
        public Tensor view(params long[] shape) => Operator.Call("aten::view", this, shape);

        /// <summary>The elements with another shape; a view where that is possible.</summary>
        public Tensor reshape(params long[] shape) => Operator.Call("aten::reshape", this, shape);

        /// <summary>A view with the shape of another tensor.</summary>
        public Tensor view_as(Tensor other) => Operator.Call("aten::view_as", this, other);

        /// <summary>Dimensions from start to end made one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Operator.Call("aten::flatten.using_ints", this, start_dim, end_dim);

        /// <summary>One dimension made several.</summary>
        public Tensor unflatten(long dim, params long[] sizes) => Operator.Call("aten::unflatten.int", this, dim, sizes);

        /// <summary>The dimensions in another order.</summary>
        public Tensor permute(params long[] permutation) => Operator.Call("aten::permute", this, permutation);

        /// <summary>Two dimensions exchanged.</summary>
        public Tensor transpose(long dim0, long dim1) => Operator.Call("aten::transpose.int", this, dim0, dim1);

        /// <summary>The transpose of a matrix.</summary>
        public Tensor t() => Operator.Call("aten::t", this);

        /// <summary>The dimensions in reverse order.</summary>
        public Tensor T => Operator.Call("aten::numpy_T", this);

        /// <summary>The last two dimensions exchanged.</summary>
        public Tensor mT => Operator.Call("aten::mT", this);

        /// <summary>A new dimension of size 1.</summary>
        public Tensor unsqueeze(long dim) => Operator.Call("aten::unsqueeze", this, dim);

        /// <summary>Without the dimension, if its size is 1; without all of size 1 when none is named.</summary>
        public Tensor squeeze(long? dim = null) => dim is { } d ? Operator.Call("aten::squeeze.dim", this, d) : Operator.Call("aten::squeeze", this);

        /// <summary>Dimensions of size 1 seen as larger; -1 keeps a size. No memory is used.</summary>
        public Tensor expand(params long[] sizes) => Operator.Call("aten::expand", this, sizes);

        /// <summary>Expanded to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => Operator.Call("aten::expand_as", this, other);

        /// <summary>Expanded to a shape.</summary>
        public Tensor broadcast_to(params long[] shape) => Operator.Call("aten::broadcast_to", this, shape);

        /// <summary>Copies of the tensor side by side.</summary>
        public Tensor repeat(params long[] sizes) => Operator.Call("aten::repeat", this, sizes);

        /// <summary>Each element repeated along a dimension.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Operator.Call("aten::repeat_interleave.self_int", this, repeats, dim, output_size);

        /// <summary>The part of a dimension from start on, as a view.</summary>
        public Tensor narrow(long dim, long start, long length) => Operator.Call("aten::narrow", this, dim, start, length);

        /// <summary>The part of a dimension from start to finish by step, as a view.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Operator.Call("aten::slice.Tensor", this, dim, start, finish, step);

        /// <summary>One index of a dimension, as a view without it.</summary>
        public Tensor select(long dim, long index) => Operator.Call("aten::select.int", this, dim, index);

        /// <summary>The elements in reverse order along dimensions.</summary>
        public Tensor flip(params long[] dims) => Operator.Call("aten::flip", this, dims);

        /// <summary>The elements moved along a dimension, around its end.</summary>
        public Tensor roll(long shifts, long? dims = null) => Operator.Call("aten::roll", this, new[] { shifts }, dims is { } d ? [d] : Array.Empty<long>());

        /// <summary>The elements moved along dimensions, around their ends.</summary>
        public Tensor roll(long[] shifts, long[] dims) => Operator.Call("aten::roll", this, shifts, dims);

        /// <summary>The elements in row-major order without gaps; this tensor itself where they are.</summary>
        public Tensor contiguous() => Operator.Call("aten::contiguous", this);

        /// <summary>A copy with memory of its own.</summary>
        public Tensor clone() => Operator.Call("aten::clone", this);

        /// <summary>Another object for the same tensor.</summary>
        public Tensor alias() => Operator.Call("aten::alias", this);

        /// <summary>A view with sizes and strides as given.</summary>
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Operator.Call("aten::as_strided", this, size, strides, storageOffset);

        /// <summary>Dimensions moved to other places.</summary>
        public Tensor movedim(long[] source, long[] destination) => Operator.Call("aten::movedim.intlist", this, source, destination);

        /// <summary>The elements at indices along a dimension.</summary>
        public Tensor index_select(long dim, Tensor index) => Operator.Call("aten::index_select", this, dim, index);

        /// <summary>Elements picked along a dimension: out[i][j] = this[index[i][j]][j] for dimension 0.</summary>
        public Tensor gather(long dim, Tensor index) => Operator.Call("aten::gather", this, dim, index);

        /// <summary>Elements written along a dimension at indices.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => Operator.Call("aten::scatter.src", this, dim, index, src);

        /// <summary>Elements written along a dimension at indices. In place.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Operator.CallInPlace("aten::scatter_.src", this, dim, index, src);

        /// <summary>Rows added at indices along a dimension. In place.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Operator.CallInPlace("aten::index_add_", this, dim, index, source, alpha);

        /// <summary>Rows copied to indices along a dimension. In place.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Operator.CallInPlace("aten::index_copy_", this, dim, index, source);

        /// <summary>The indices of the elements that are not 0, a row each.</summary>
        public Tensor nonzero() => Operator.Call("aten::nonzero", this);

        /// <summary>The lower triangle.</summary>
        public Tensor tril(long diagonal = 0) => Operator.Call("aten::tril", this, diagonal);

        /// <summary>The upper triangle.</summary>
        public Tensor triu(long diagonal = 0) => Operator.Call("aten::triu", this, diagonal);

        /// <summary>A diagonal, or a matrix with it.</summary>
        public Tensor diag(long diagonal = 0) => Operator.Call("aten::diag", this, diagonal);

        /// <summary>Parts of nearly equal size along a dimension.</summary>
        public Tensor[] chunk(long chunks, long dim = 0) => Operator.CallList("aten::chunk", this, chunks, dim);

        /// <summary>Parts of one size along a dimension.</summary>
        public Tensor[] split(long size, int dim = 0) => Operator.CallList("aten::split.Tensor", this, size, dim);

        /// <summary>Parts of given sizes along a dimension.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => Operator.CallList("aten::split_with_sizes", this, sizes, dim);

        /// <summary>The slices along a dimension, without it.</summary>
        public Tensor[] unbind(long dimension = 0) => Operator.CallList("aten::unbind.int", this, dimension);

        /// <summary>The tensor makes its storage that of another. In place.</summary>
        public Tensor set_(Tensor source) => Operator.CallInPlace("aten::set_.source_Tensor", this, source);
    }

    /// <summary>The tensors side by side along a dimension.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Operator.Call("aten::cat", Checked(tensors), dim);

    /// <summary>The tensors side by side along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Operator.Call("aten::stack", Checked([.. tensors]), dim);

    private static Tensor[] Checked(IList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0) throw new ArgumentException("At least one tensor is needed, but the list is empty.", nameof(tensors));
        return [.. tensors];
    }
}
