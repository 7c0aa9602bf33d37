using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Absolute values.</summary>
        public Tensor abs() => Operator.Call("aten::abs", this);

        /// <summary>Absolute values. In place.</summary>
        public Tensor abs_() => Operator.CallInPlace("aten::abs_", this);

        /// <summary>Negated values.</summary>
        public Tensor neg() => Operator.Call("aten::neg", this);

        /// <summary>Negated values. In place.</summary>
        public Tensor neg_() => Operator.CallInPlace("aten::neg_", this);

        /// <summary>e to the power of each element.</summary>
        public Tensor exp() => Operator.Call("aten::exp", this);

        /// <summary>e to the power of each element. In place.</summary>
        public Tensor exp_() => Operator.CallInPlace("aten::exp_", this);

        /// <summary>e to the power of each element, less 1, precise near 0.</summary>
        public Tensor expm1() => Operator.Call("aten::expm1", this);

        /// <summary>e to the power of each element, less 1, precise near 0. In place.</summary>
        public Tensor expm1_() => Operator.CallInPlace("aten::expm1_", this);

        /// <summary>Natural logarithms.</summary>
        public Tensor log() => Operator.Call("aten::log", this);

        /// <summary>Natural logarithms. In place.</summary>
        public Tensor log_() => Operator.CallInPlace("aten::log_", this);

        /// <summary>Natural logarithms of 1 plus each element, precise near 0.</summary>
        public Tensor log1p() => Operator.Call("aten::log1p", this);

        /// <summary>Natural logarithms of 1 plus each element, precise near 0. In place.</summary>
        public Tensor log1p_() => Operator.CallInPlace("aten::log1p_", this);

        /// <summary>Square roots.</summary>
        public Tensor sqrt() => Operator.Call("aten::sqrt", this);

        /// <summary>Square roots. In place.</summary>
        public Tensor sqrt_() => Operator.CallInPlace("aten::sqrt_", this);

        /// <summary>Reciprocals of square roots.</summary>
        public Tensor rsqrt() => Operator.Call("aten::rsqrt", this);

        /// <summary>Reciprocals of square roots. In place.</summary>
        public Tensor rsqrt_() => Operator.CallInPlace("aten::rsqrt_", this);

        /// <summary>Sines.</summary>
        public Tensor sin() => Operator.Call("aten::sin", this);

        /// <summary>Sines. In place.</summary>
        public Tensor sin_() => Operator.CallInPlace("aten::sin_", this);

        /// <summary>Cosines.</summary>
        public Tensor cos() => Operator.Call("aten::cos", this);

        /// <summary>Cosines. In place.</summary>
        public Tensor cos_() => Operator.CallInPlace("aten::cos_", this);

        /// <summary>Tangents.</summary>
        public Tensor tan() => Operator.Call("aten::tan", this);

        /// <summary>Tangents. In place.</summary>
        public Tensor tan_() => Operator.CallInPlace("aten::tan_", this);

        /// <summary>Hyperbolic tangents.</summary>
        public Tensor tanh() => Operator.Call("aten::tanh", this);

        /// <summary>Hyperbolic tangents. In place.</summary>
        public Tensor tanh_() => Operator.CallInPlace("aten::tanh_", this);

        /// <summary>Arc tangents.</summary>
        public Tensor atan() => Operator.Call("aten::atan", this);

        /// <summary>Arc tangents. In place.</summary>
        public Tensor atan_() => Operator.CallInPlace("aten::atan_", this);

        /// <summary>Logistic sigmoids.</summary>
        public Tensor sigmoid() => Operator.Call("aten::sigmoid", this);

        /// <summary>Logistic sigmoids. In place.</summary>
        public Tensor sigmoid_() => Operator.CallInPlace("aten::sigmoid_", this);

        /// <summary>The elements, negative ones as 0.</summary>
        public Tensor relu() => Operator.Call("aten::relu", this);

        /// <summary>The elements, negative ones as 0. In place.</summary>
        public Tensor relu_() => Operator.CallInPlace("aten::relu_", this);

        /// <summary>Each element times its sigmoid.</summary>
        public Tensor silu() => Operator.Call("aten::silu", this);

        /// <summary>Each element times its sigmoid. In place.</summary>
        public Tensor silu_() => Operator.CallInPlace("aten::silu_", this);

        /// <summary>Each element rounded down.</summary>
        public Tensor floor() => Operator.Call("aten::floor", this);

        /// <summary>Each element rounded down. In place.</summary>
        public Tensor floor_() => Operator.CallInPlace("aten::floor_", this);

        /// <summary>Each element rounded up.</summary>
        public Tensor ceil() => Operator.Call("aten::ceil", this);

        /// <summary>Each element rounded up. In place.</summary>
        public Tensor ceil_() => Operator.CallInPlace("aten::ceil_", this);

        /// <summary>Each element rounded towards 0.</summary>
        public Tensor trunc() => Operator.Call("aten::trunc", this);

        /// <summary>Each element rounded towards 0. In place.</summary>
        public Tensor trunc_() => Operator.CallInPlace("aten::trunc_", this);

        /// <summary>-1, 0 or 1.</summary>
        public Tensor sign() => Operator.Call("aten::sign", this);

        /// <summary>-1, 0 or 1. In place.</summary>
        public Tensor sign_() => Operator.CallInPlace("aten::sign_", this);

        /// <summary>Reciprocals.</summary>
        public Tensor reciprocal() => Operator.Call("aten::reciprocal", this);

        /// <summary>Reciprocals. In place.</summary>
        public Tensor reciprocal_() => Operator.CallInPlace("aten::reciprocal_", this);

        /// <summary>Gauss error functions.</summary>
        public Tensor erf() => Operator.Call("aten::erf", this);

        /// <summary>Gauss error functions. In place.</summary>
        public Tensor erf_() => Operator.CallInPlace("aten::erf_", this);

        /// <summary>Inverses of the error function.</summary>
        public Tensor erfinv() => Operator.Call("aten::erfinv", this);

        /// <summary>Inverses of the error function. In place.</summary>
        public Tensor erfinv_() => Operator.CallInPlace("aten::erfinv_", this);

        /// <summary>Squares.</summary>
        public Tensor square() => Operator.Call("aten::square", this);

        /// <summary>Each element rounded to the nearest, ties to even.</summary>
        public Tensor round(long decimals = 0) => Operator.Call("aten::round.decimals", this, decimals);

        /// <summary>SELU (Klambauer and others 2017).</summary>
        public Tensor selu() => Operator.Call("aten::selu", this);

        /// <summary>ELU.</summary>
        public Tensor elu(double alpha = 1) => Operator.Call("aten::elu", this, alpha);

        /// <summary>The elements, negative ones times a slope.</summary>
        public Tensor leaky_relu(Scalar negative_slope) => Operator.Call("aten::leaky_relu", this, negative_slope);

        /// <summary>Softplus: log(1 + exp(beta x)) / beta.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) => Operator.Call("aten::softplus", this, beta, threshold);

        /// <summary>Logarithms of sigmoids.</summary>
        public Tensor log_sigmoid() => Operator.Call("aten::log_sigmoid", this);

        /// <summary>Softmax over a dimension.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Operator.Call("aten::softmax.int", this, dim, dtype);

        /// <summary>Logarithm of the softmax over a dimension.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Operator.Call("aten::log_softmax.int", this, dim, dtype);

        /// <summary>The elements kept between two bounds.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Operator.Call("aten::clamp", this, min, max);

        /// <summary>The elements kept between two bounds. In place.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Operator.CallInPlace("aten::clamp_", this, min, max);

        /// <summary>The elements kept above a bound.</summary>
        public Tensor clamp_min(Scalar min) => Operator.Call("aten::clamp_min", this, min);

        /// <summary>The elements kept below a bound.</summary>
        public Tensor clamp_max(Scalar max) => Operator.Call("aten::clamp_max", this, max);

        /// <summary>Powers with one exponent.</summary>
        public Tensor pow(Scalar exponent) => Operator.Call("aten::pow.Tensor_Scalar", this, exponent);

        /// <summary>Powers, element by element.</summary>
        public Tensor pow(Tensor exponent) => Operator.Call("aten::pow.Tensor_Tensor", this, exponent);

        /// <summary>NaN and infinities replaced by numbers.</summary>
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Operator.Call("aten::nan_to_num", this, nan, posinf, neginf);

        /// <summary>Whether each element is not a number.</summary>
        public Tensor isnan() => Operator.Call("aten::isnan", this);

        /// <summary>Whether each element is an infinity.</summary>
        public Tensor isinf() => Operator.Call("aten::isinf", this);

        /// <summary>Whether each element is a finite number.</summary>
        public Tensor isfinite() => Operator.Call("aten::isfinite", this);

        /// <summary>Every element set to one number. In place.</summary>
        public Tensor fill_(Scalar value) => Operator.CallInPlace("aten::fill_.Scalar", this, value);

        /// <summary>Every element set to 0. In place.</summary>
        public Tensor zero_() => Operator.CallInPlace("aten::zero_", this);

        /// <summary>The elements of this tensor where the condition holds, else those of another.</summary>
        public Tensor where(Tensor condition, Tensor y) => Operator.Call("aten::where.self", condition, this, y);

        /// <summary>One number where a mask holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Operator.Call("aten::masked_fill.Scalar", this, mask, value);

        /// <summary>One number where a mask holds. In place.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) => Operator.CallInPlace("aten::masked_fill_.Scalar", this, mask, value);

        /// <summary>The elements where a mask holds, as a vector.</summary>
        public Tensor masked_select(Tensor mask) => Operator.Call("aten::masked_select", this, mask);
    }

    /// <summary>Absolute values.</summary>
    public static Tensor abs(Tensor input) => input.abs();

    /// <summary>Negated values.</summary>
    public static Tensor neg(Tensor input) => input.neg();

    /// <summary>e to the power of each element.</summary>
    public static Tensor exp(Tensor input) => input.exp();

    /// <summary>e to the power of each element, less 1, precise near 0.</summary>
    public static Tensor expm1(Tensor input) => input.expm1();

    /// <summary>Natural logarithms.</summary>
    public static Tensor log(Tensor input) => input.log();

    /// <summary>Natural logarithms of 1 plus each element, precise near 0.</summary>
    public static Tensor log1p(Tensor input) => input.log1p();

    /// <summary>Square roots.</summary>
    public static Tensor sqrt(Tensor input) => input.sqrt();

    /// <summary>Reciprocals of square roots.</summary>
    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    /// <summary>Sines.</summary>
    public static Tensor sin(Tensor input) => input.sin();

    /// <summary>Cosines.</summary>
    public static Tensor cos(Tensor input) => input.cos();

    /// <summary>Tangents.</summary>
    public static Tensor tan(Tensor input) => input.tan();

    /// <summary>Hyperbolic tangents.</summary>
    public static Tensor tanh(Tensor input) => input.tanh();

    /// <summary>Arc tangents.</summary>
    public static Tensor atan(Tensor input) => input.atan();

    /// <summary>Logistic sigmoids.</summary>
    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    /// <summary>Each element rounded down.</summary>
    public static Tensor floor(Tensor input) => input.floor();

    /// <summary>Each element rounded up.</summary>
    public static Tensor ceil(Tensor input) => input.ceil();

    /// <summary>Each element rounded towards 0.</summary>
    public static Tensor trunc(Tensor input) => input.trunc();

    /// <summary>-1, 0 or 1.</summary>
    public static Tensor sign(Tensor input) => input.sign();

    /// <summary>Reciprocals.</summary>
    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    /// <summary>Gauss error functions.</summary>
    public static Tensor erf(Tensor input) => input.erf();

    /// <summary>Inverses of the error function.</summary>
    public static Tensor erfinv(Tensor input) => input.erfinv();

    /// <summary>Softmax over a dimension.</summary>
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    /// <summary>The elements kept between two bounds.</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    /// <summary>The elements of one tensor where the condition holds, else those of another.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);
}
