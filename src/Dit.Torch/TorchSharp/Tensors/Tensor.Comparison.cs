using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether each element equals the other.</summary>
        public Tensor eq(Tensor target) => Operator.Call("aten::eq.Tensor", this, target);

        /// <summary>Whether each element equals a number.</summary>
        public Tensor eq(Scalar target) => Operator.Call("aten::eq.Scalar", this, target);

        /// <summary>Whether each element equals the other.</summary>
        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);

        /// <summary>Whether each element equals a number.</summary>
        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);

        /// <summary>Whether a number equals each element.</summary>
        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);

        /// <summary>Whether each element differs from the other.</summary>
        public Tensor ne(Tensor target) => Operator.Call("aten::ne.Tensor", this, target);

        /// <summary>Whether each element differs from a number.</summary>
        public Tensor ne(Scalar target) => Operator.Call("aten::ne.Scalar", this, target);

        /// <summary>Whether each element differs from the other.</summary>
        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);

        /// <summary>Whether each element differs from a number.</summary>
        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);

        /// <summary>Whether a number differs from each element.</summary>
        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);

        /// <summary>Whether each element is less than the other.</summary>
        public Tensor lt(Tensor target) => Operator.Call("aten::lt.Tensor", this, target);

        /// <summary>Whether each element is less than a number.</summary>
        public Tensor lt(Scalar target) => Operator.Call("aten::lt.Scalar", this, target);

        /// <summary>Whether each element is less than the other.</summary>
        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);

        /// <summary>Whether each element is less than a number.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        /// <summary>Whether a number is less than each element.</summary>
        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);

        /// <summary>Whether each element is at most the other.</summary>
        public Tensor le(Tensor target) => Operator.Call("aten::le.Tensor", this, target);

        /// <summary>Whether each element is at most a number.</summary>
        public Tensor le(Scalar target) => Operator.Call("aten::le.Scalar", this, target);

        /// <summary>Whether each element is at most the other.</summary>
        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);

        /// <summary>Whether each element is at most a number.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        /// <summary>Whether a number is at most each element.</summary>
        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);

        /// <summary>Whether each element is greater than the other.</summary>
        public Tensor gt(Tensor target) => Operator.Call("aten::gt.Tensor", this, target);

        /// <summary>Whether each element is greater than a number.</summary>
        public Tensor gt(Scalar target) => Operator.Call("aten::gt.Scalar", this, target);

        /// <summary>Whether each element is greater than the other.</summary>
        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);

        /// <summary>Whether each element is greater than a number.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        /// <summary>Whether a number is greater than each element.</summary>
        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);

        /// <summary>Whether each element is at least the other.</summary>
        public Tensor ge(Tensor target) => Operator.Call("aten::ge.Tensor", this, target);

        /// <summary>Whether each element is at least a number.</summary>
        public Tensor ge(Scalar target) => Operator.Call("aten::ge.Scalar", this, target);

        /// <summary>Whether each element is at least the other.</summary>
        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);

        /// <summary>Whether each element is at least a number.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        /// <summary>Whether a number is at least each element.</summary>
        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        /// <summary>Bitwise and; for truth values, whether both elements are true.</summary>
        public static Tensor operator &(Tensor left, Tensor right) => Operator.Call("aten::bitwise_and.Tensor", left, right);

        /// <summary>Bitwise or; for truth values, whether an element is true.</summary>
        public static Tensor operator |(Tensor left, Tensor right) => Operator.Call("aten::bitwise_or.Tensor", left, right);

        /// <summary>Bitwise not; for truth values, the opposite.</summary>
        public static Tensor operator ~(Tensor left) => Operator.Call("aten::bitwise_not", left);

        /// <summary>Logical and, element by element.</summary>
        public Tensor logical_and(Tensor other) => Operator.Call("aten::logical_and", this, other);

        /// <summary>Logical or, element by element.</summary>
        public Tensor logical_or(Tensor other) => Operator.Call("aten::logical_or", this, other);

        /// <summary>Logical xor, element by element.</summary>
        public Tensor logical_xor(Tensor other) => Operator.Call("aten::logical_xor", this, other);

        /// <summary>Logical not, element by element.</summary>
        public Tensor logical_not() => Operator.Call("aten::logical_not", this);

        /// <summary>Whether all elements agree within |a - b| &lt;= atol + rtol |b|.</summary>
        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => Operator.CallBool("aten::allclose", this, target, rtol, atol, equal_nan);

        /// <summary>Whether two tensors have one shape and equal elements.</summary>
        public bool Equals(Tensor target) => target is not null && Operator.CallBool("aten::equal", this, target);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        /// <inheritdoc/>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }

    /// <summary>Whether all elements agree within |a - b| &lt;= atol + rtol |b|.</summary>
    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => tensor.allclose(target, rtol, atol, equal_nan);
}
