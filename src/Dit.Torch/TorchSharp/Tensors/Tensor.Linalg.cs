using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The matrix product, over leading dimensions where there are any.</summary>
        public Tensor matmul(Tensor target) => Operator.Call("aten::matmul", this, target);

        /// <summary>The product of two matrices.</summary>
        public Tensor mm(Tensor target) => Operator.Call("aten::mm", this, target);

        /// <summary>The products of two batches of matrices.</summary>
        public Tensor bmm(Tensor batch2) => Operator.Call("aten::bmm", this, batch2);

        /// <summary>The product of a matrix and a vector.</summary>
        public Tensor mv(Tensor target) => Operator.Call("aten::mv", this, target);

        /// <summary>The inner product of two vectors.</summary>
        public Tensor dot(Tensor target) => Operator.Call("aten::dot", this, target);

        /// <summary>The outer product of two vectors.</summary>
        public Tensor outer(Tensor vec2) => Operator.Call("aten::outer", this, vec2);

        /// <summary>beta times this tensor plus alpha times the product of two matrices.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Operator.Call("aten::addmm", this, mat1, mat2, (Scalar)beta, (Scalar)alpha);

        /// <summary>beta times this tensor plus alpha times the products of two batches of matrices.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Operator.Call("aten::baddbmm", this, batch1, batch2, (Scalar)beta, (Scalar)alpha);
    }

    /// <summary>The matrix product, over leading dimensions where there are any.</summary>
    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    /// <summary>The product of two matrices.</summary>
    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);

    /// <summary>The products of two batches of matrices.</summary>
    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);

    /// <summary>A sum of products by Einstein's convention, such as "bij,bjk-&gt;bik".</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Operator.Call("aten::einsum", equation, tensors);
}
