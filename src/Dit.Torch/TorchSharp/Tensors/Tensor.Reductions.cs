using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The sum of all elements.</summary>
        public Tensor sum(ScalarType? type = null) => Operator.Call("aten::sum", this, type);

        /// <summary>Sums over a dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Operator.Call("aten::sum.dim_IntList", this, new[] { dim }, keepdim, type);

        /// <summary>Sums over dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Operator.Call("aten::sum.dim_IntList", this, dim, keepdim, type);

        /// <summary>The mean of all elements.</summary>
        public Tensor mean() => Operator.Call("aten::mean", this);

        /// <summary>Means over dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Operator.Call("aten::mean.dim", this, dimensions, keepdim, type);

        /// <summary>Standard deviation of all elements (unbiased: over n - 1).</summary>
        public Tensor std(bool unbiased = true) => Operator.Call("aten::std", this, unbiased);

        /// <summary>Standard deviations over a dimension.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Operator.Call("aten::std.dim", this, new[] { dim }, unbiased, keepdim), type);

        /// <summary>Standard deviations over dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Operator.Call("aten::std.dim", this, dimensions, unbiased, keepdim), type);

        /// <summary>Variance of all elements (unbiased: over n - 1).</summary>
        public Tensor var(bool unbiased = true) => Operator.Call("aten::var", this, unbiased);

        /// <summary>Variances over a dimension.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Operator.Call("aten::var.dim", this, new[] { dim }, unbiased, keepdim), type);

        /// <summary>Variances over dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Operator.Call("aten::var.dim", this, dimensions, unbiased, keepdim), type);

        /// <summary>The product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Operator.Call("aten::prod", this, type);

        /// <summary>Products over a dimension.</summary>
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Operator.Call("aten::prod.dim_int", this, dim, keepdim, type);

        /// <summary>The largest element.</summary>
        public Tensor max() => Operator.Call("aten::max", this);

        /// <summary>The larger of each pair.</summary>
        public Tensor max(Tensor other) => Operator.Call("aten::maximum", this, other);

        /// <summary>The largest elements over a dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Pair(Operator.CallTuple("aten::max.dim", this, dim, keepdim));

        /// <summary>The largest elements over dimensions.</summary>
        public Tensor amax(params long[] dims) => Operator.Call("aten::amax", this, dims);

        /// <summary>The place of the largest element in the flattened tensor.</summary>
        public Tensor argmax() => Operator.Call("aten::argmax", this);

        /// <summary>The places of the largest elements over a dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Operator.Call("aten::argmax", this, dim, keepdim);

        /// <summary>The smallest element.</summary>
        public Tensor min() => Operator.Call("aten::min", this);

        /// <summary>The smaller of each pair.</summary>
        public Tensor min(Tensor other) => Operator.Call("aten::minimum", this, other);

        /// <summary>The smallest elements over a dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Pair(Operator.CallTuple("aten::min.dim", this, dim, keepdim));

        /// <summary>The smallest elements over dimensions.</summary>
        public Tensor amin(params long[] dims) => Operator.Call("aten::amin", this, dims);

        /// <summary>The place of the smallest element in the flattened tensor.</summary>
        public Tensor argmin() => Operator.Call("aten::argmin", this);

        /// <summary>The places of the smallest elements over a dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => Operator.Call("aten::argmin", this, dim, keepdim);

        /// <summary>Whether all elements are true.</summary>
        public Tensor all() => Operator.Call("aten::all", this);

        /// <summary>Whether all elements over a dimension are true.</summary>
        public Tensor all(long dim, bool keepdim = false) => Operator.Call("aten::all.dim", this, dim, keepdim);

        /// <summary>Whether any element is true.</summary>
        public Tensor any() => Operator.Call("aten::any", this);

        /// <summary>Whether any element over a dimension is true.</summary>
        public Tensor any(long dim, bool keepdim = false) => Operator.Call("aten::any.dim", this, dim, keepdim);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2) => Operator.Call("aten::norm.Scalar", this, (Scalar)p);

        /// <summary>p-norms over a dimension.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Operator.Call("aten::norm.ScalarOpt_dim", this, (Scalar)p, new long[] { dim }, keepdim);

        /// <summary>Logarithms of sums of exponentials over a dimension.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Operator.Call("aten::logsumexp", this, new[] { dim }, keepdim);

        /// <summary>Running sums along a dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Operator.Call("aten::cumsum", this, dim, type);

        /// <summary>Running products along a dimension.</summary>
        public Tensor cumprod(long dim, ScalarType? type = null) => Operator.Call("aten::cumprod", this, dim, type);

        /// <summary>The median element.</summary>
        public Tensor median() => Operator.Call("aten::median", this);

        /// <summary>The elements in order along a dimension, and where they stood.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Pair(Operator.CallTuple("aten::sort.stable", this, stable, dim, descending));

        /// <summary>The places of the elements in order along a dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Operator.Call("aten::argsort", this, dim, descending);

        /// <summary>The k largest (or smallest) elements along a dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Pair(Operator.CallTuple("aten::topk", this, k, dim, largest, sorted));

        private static (Tensor, Tensor) Pair(Tensor?[] results) => (results[0]!, results[1]!);

        private static Tensor Typed(Tensor result, ScalarType? type) => type is { } t && result.dtype != t ? result.to_type(t, disposeAfter: true) : result;
    }

    /// <summary>The sum of all elements.</summary>
    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);

    /// <summary>The mean of all elements.</summary>
    public static Tensor mean(Tensor input) => input.mean();

    /// <summary>The largest element.</summary>
    public static Tensor max(Tensor input) => input.max();

    /// <summary>The smallest element.</summary>
    public static Tensor min(Tensor input) => input.min();

    /// <summary>Running sums along a dimension.</summary>
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);
}
