using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sums, element by element.</summary>
        public Tensor add(Tensor target) => Operator.Call("aten::add.Tensor", this, target);

        /// <summary>Each element plus one number.</summary>
        public Tensor add(Scalar scalar) => Operator.Call("aten::add.Scalar", this, scalar);

        /// <summary>Sums with a multiple, element by element.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Operator.Call("aten::add.Tensor", this, target, alpha);

        /// <summary>Sums with a multiple, element by element. In place.</summary>
        public Tensor add_(Tensor target, Scalar alpha) => Operator.CallInPlace("aten::add_.Tensor", this, target, alpha);

        /// <summary>Sums, element by element. In place.</summary>
        public Tensor add_(Tensor target) => Operator.CallInPlace("aten::add_.Tensor", this, target);

        /// <summary>Each element plus one number. In place.</summary>
        public Tensor add_(Scalar scalar) => Operator.CallInPlace("aten::add_.Scalar", this, scalar);

        /// <summary>Differences, element by element.</summary>
        public Tensor sub(Tensor target) => Operator.Call("aten::sub.Tensor", this, target);

        /// <summary>Each element less one number.</summary>
        public Tensor sub(Scalar target) => Operator.Call("aten::sub.Scalar", this, target);

        /// <summary>Differences, element by element. In place.</summary>
        public Tensor sub_(Tensor target) => Operator.CallInPlace("aten::sub_.Tensor", this, target);

        /// <summary>Each element less one number. In place.</summary>
        public Tensor sub_(Scalar target) => Operator.CallInPlace("aten::sub_.Scalar", this, target);

        /// <summary>Products, element by element.</summary>
        public Tensor mul(Tensor target) => Operator.Call("aten::mul.Tensor", this, target);

        /// <summary>Each element times one number.</summary>
        public Tensor mul(Scalar target) => Operator.Call("aten::mul.Scalar", this, target);

        /// <summary>Products, element by element. In place.</summary>
        public Tensor mul_(Tensor target) => Operator.CallInPlace("aten::mul_.Tensor", this, target);

        /// <summary>Each element times one number. In place.</summary>
        public Tensor mul_(Scalar target) => Operator.CallInPlace("aten::mul_.Scalar", this, target);

        /// <summary>Quotients, rounded as asked.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Operator.Call("aten::div.Tensor_mode", this, target, ModeName(rounding_mode));

        /// <summary>Quotients, rounded as asked. In place.</summary>
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Operator.CallInPlace("aten::div_.Tensor_mode", this, target, ModeName(rounding_mode));

        /// <summary>Quotients, rounded as asked.</summary>
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Operator.Call("aten::div.Scalar_mode", this, target, ModeName(rounding_mode));

        /// <summary>Quotients, rounded as asked. In place.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Operator.CallInPlace("aten::div_.Scalar_mode", this, target, ModeName(rounding_mode));

        /// <summary>Remainders with the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => Operator.Call("aten::remainder.Tensor", this, target);

        /// <summary>Remainders with the sign of the divisor.</summary>
        public Tensor remainder(Scalar scalar) => Operator.Call("aten::remainder.Scalar", this, scalar);

        /// <summary>This tensor plus value times the product of two others.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.Call("aten::addcmul", this, tensor1, tensor2, value);

        /// <summary>This tensor plus value times the product of two others. In place.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("aten::addcmul_", this, tensor1, tensor2, value);

        /// <summary>This tensor plus value times the quotient of two others. In place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Operator.CallInPlace("aten::addcdiv_", this, tensor1, tensor2, value);

        /// <summary>The point at a weight of the way to another tensor.</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Operator.Call("aten::lerp.Tensor", this, end, weight);

        /// <summary>The point at a weight of the way to another tensor. In place.</summary>
        public Tensor lerp_(Tensor end, Tensor weight) => Operator.CallInPlace("aten::lerp_.Tensor", this, end, weight);

        /// <summary>The larger of each pair.</summary>
        public Tensor maximum(Tensor other) => Operator.Call("aten::maximum", this, other);

        /// <summary>The smaller of each pair.</summary>
        public Tensor minimum(Tensor other) => Operator.Call("aten::minimum", this, other);

        /// <summary>Sums, element by element.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => Operator.Call("aten::add.Tensor", left, right);

        /// <summary>Sums with one number.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => Operator.Call("aten::add.Scalar", left, right);

        /// <summary>Sums with one number.</summary>
        public static Tensor operator +(Tensor left, double right) => Operator.Call("aten::add.Scalar", left, right);

        /// <summary>Sums with one number.</summary>
        public static Tensor operator +(Tensor left, float right) => Operator.Call("aten::add.Scalar", left, right);

        /// <summary>Sums with one number.</summary>
        public static Tensor operator +(Tensor left, int right) => Operator.Call("aten::add.Scalar", left, right);

        /// <summary>Sums with one number.</summary>
        public static Tensor operator +(Tensor left, long right) => Operator.Call("aten::add.Scalar", left, right);

        /// <summary>Sums of one number and each element.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => right + left;

        /// <summary>Sums of one number and each element.</summary>
        public static Tensor operator +(double left, Tensor right) => right + left;

        /// <summary>Sums of one number and each element.</summary>
        public static Tensor operator +(float left, Tensor right) => right + left;

        /// <summary>Sums of one number and each element.</summary>
        public static Tensor operator +(int left, Tensor right) => right + left;

        /// <summary>Sums of one number and each element.</summary>
        public static Tensor operator +(long left, Tensor right) => right + left;

        /// <summary>Differences, element by element.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => Operator.Call("aten::sub.Tensor", left, right);

        /// <summary>Differences with one number.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => Operator.Call("aten::sub.Scalar", left, right);

        /// <summary>Differences with one number.</summary>
        public static Tensor operator -(Tensor left, double right) => Operator.Call("aten::sub.Scalar", left, right);

        /// <summary>Differences with one number.</summary>
        public static Tensor operator -(Tensor left, float right) => Operator.Call("aten::sub.Scalar", left, right);

        /// <summary>Differences with one number.</summary>
        public static Tensor operator -(Tensor left, int right) => Operator.Call("aten::sub.Scalar", left, right);

        /// <summary>Differences with one number.</summary>
        public static Tensor operator -(Tensor left, long right) => Operator.Call("aten::sub.Scalar", left, right);

        /// <summary>Differences of one number and each element.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Operator.Call("aten::rsub.Scalar", right, left);

        /// <summary>Differences of one number and each element.</summary>
        public static Tensor operator -(double left, Tensor right) => Operator.Call("aten::rsub.Scalar", right, left);

        /// <summary>Differences of one number and each element.</summary>
        public static Tensor operator -(float left, Tensor right) => Operator.Call("aten::rsub.Scalar", right, left);

        /// <summary>Differences of one number and each element.</summary>
        public static Tensor operator -(int left, Tensor right) => Operator.Call("aten::rsub.Scalar", right, left);

        /// <summary>Differences of one number and each element.</summary>
        public static Tensor operator -(long left, Tensor right) => Operator.Call("aten::rsub.Scalar", right, left);

        /// <summary>Products, element by element.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => Operator.Call("aten::mul.Tensor", left, right);

        /// <summary>Products with one number.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => Operator.Call("aten::mul.Scalar", left, right);

        /// <summary>Products with one number.</summary>
        public static Tensor operator *(Tensor left, double right) => Operator.Call("aten::mul.Scalar", left, right);

        /// <summary>Products with one number.</summary>
        public static Tensor operator *(Tensor left, float right) => Operator.Call("aten::mul.Scalar", left, right);

        /// <summary>Products with one number.</summary>
        public static Tensor operator *(Tensor left, int right) => Operator.Call("aten::mul.Scalar", left, right);

        /// <summary>Products with one number.</summary>
        public static Tensor operator *(Tensor left, long right) => Operator.Call("aten::mul.Scalar", left, right);

        /// <summary>Products of one number and each element.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => right * left;

        /// <summary>Products of one number and each element.</summary>
        public static Tensor operator *(double left, Tensor right) => right * left;

        /// <summary>Products of one number and each element.</summary>
        public static Tensor operator *(float left, Tensor right) => right * left;

        /// <summary>Products of one number and each element.</summary>
        public static Tensor operator *(int left, Tensor right) => right * left;

        /// <summary>Products of one number and each element.</summary>
        public static Tensor operator *(long left, Tensor right) => right * left;

        /// <summary>Quotients, element by element.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => Operator.Call("aten::div.Tensor", left, right);

        /// <summary>Quotients with one number.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => Operator.Call("aten::div.Scalar", left, right);

        /// <summary>Quotients with one number.</summary>
        public static Tensor operator /(Tensor left, double right) => Operator.Call("aten::div.Scalar", left, right);

        /// <summary>Quotients with one number.</summary>
        public static Tensor operator /(Tensor left, float right) => Operator.Call("aten::div.Scalar", left, right);

        /// <summary>Quotients with one number.</summary>
        public static Tensor operator /(Tensor left, int right) => Operator.Call("aten::div.Scalar", left, right);

        /// <summary>Quotients with one number.</summary>
        public static Tensor operator /(Tensor left, long right) => Operator.Call("aten::div.Scalar", left, right);

        /// <summary>Quotients of one number and each element.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => Quotient(left, right);

        /// <summary>Quotients of one number and each element.</summary>
        public static Tensor operator /(double left, Tensor right) => Quotient(left, right);

        /// <summary>Quotients of one number and each element.</summary>
        public static Tensor operator /(float left, Tensor right) => Quotient(left, right);

        /// <summary>Quotients of one number and each element.</summary>
        public static Tensor operator /(int left, Tensor right) => Quotient(left, right);

        /// <summary>Quotients of one number and each element.</summary>
        public static Tensor operator /(long left, Tensor right) => Quotient(left, right);

        /// <summary>Negated values.</summary>
        public static Tensor operator -(Tensor tensor) => tensor.neg();

        private static Tensor Quotient(Scalar left, Tensor right)
        {
            using var numerator = Operator.Call("aten::scalar_tensor", left, torch.is_floating_point(right.dtype) ? right.dtype : get_default_dtype(), Argument.None, right.device);
            return Operator.Call("aten::div.Tensor", numerator, right);
        }

        private static string? ModeName(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();
    }

    /// <summary>How a quotient is rounded.</summary>
    public enum RoundingMode
    {
        /// <summary>Not at all.</summary>
        None = 0,

        /// <summary>Towards zero.</summary>
        trunc = 1,

        /// <summary>Down.</summary>
        floor = 2,
    }

    /// <summary>The larger of each pair.</summary>
    public static Tensor maximum(Tensor input, Tensor other) => input.maximum(other);

    /// <summary>The smaller of each pair.</summary>
    public static Tensor minimum(Tensor input, Tensor other) => input.minimum(other);

    /// <summary>The point at a weight of the way from one tensor to another.</summary>
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);
}
