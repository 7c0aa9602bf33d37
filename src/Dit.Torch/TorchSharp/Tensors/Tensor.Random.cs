using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Normal random numbers. In place.</summary>
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => Operator.CallInPlace("aten::normal_", this, mean, std, generator);

        /// <summary>Uniform random numbers. In place.</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) => Operator.CallInPlace("aten::uniform_", this, from, to, generator);

        /// <summary>1 with a probability, else 0. In place.</summary>
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Operator.CallInPlace("aten::bernoulli_.float", this, p, generator);

        /// <summary>1 with each element's probability, else 0.</summary>
        public Tensor bernoulli(Generator? generator = null) => Operator.Call("aten::bernoulli", this, generator);

        /// <summary>Exponential random numbers. In place.</summary>
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => Operator.CallInPlace("aten::exponential_", this, lambda, generator);

        /// <summary>Indices drawn with the elements as weights.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) => Operator.Call("aten::multinomial", this, num_samples, replacement, generator);

        /// <summary>A tensor without set values with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::empty_like", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor of zeros with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::zeros_like", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor of ones with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::ones_like", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor of uniform random numbers in [0, 1) with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::rand_like", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor of normal random numbers with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::randn_like", this, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor of one number with this one's shape and, unless told otherwise, element type and device.</summary>
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::full_like", this, value, dtype, Argument.None, device).with_requires_grad(requires_grad);

        /// <summary>A tensor without set values with this one's element type and device, unless told otherwise.</summary>
        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::empty.memory_format", size, dtype ?? this.dtype, Argument.None, device ?? this.device).with_requires_grad(requires_grad);

        /// <summary>A tensor of zeros with this one's element type and device, unless told otherwise.</summary>
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Operator.Call("aten::zeros", size, dtype ?? this.dtype, Argument.None, device ?? this.device).with_requires_grad(requires_grad);
    }

    /// <summary>A tensor of uniform random numbers in [0, 1) with the shape of another and, unless told otherwise, its element type and device.</summary>
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.rand_like(dtype, device, requires_grad);

    /// <summary>A tensor of normal random numbers with the shape of another and, unless told otherwise, its element type and device.</summary>
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.randn_like(dtype, device, requires_grad);
}
