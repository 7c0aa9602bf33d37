#pragma once

#include "vec.h"

// The activations f that stand between two products: f(x), and its slope f'(x). Rough ones are for results in bfloat16:
// they are within 2e-4, a tenth of what the rounding loses.
namespace dit {
namespace {

template <class T>
constexpr bool is_rough = std::is_same_v<T, bf16>;

// 1 / x for x from 1 to 2^127, the estimate of 14 bits and, unless that is enough, a step of Newton's: half the time of
// a division.
template <bool rough>
DIT_INLINE Vec reciprocal(Vec x) {
#ifdef __AVX512F__
  const Vec estimate = bit_cast<Vec>(_mm512_maskz_rcp14_ps(0xffff, bit_cast<__m512>(x)));
  return rough ? estimate : estimate * (2.0f - x * estimate);
#else
  return 1.0f / x;
#endif
}

// 1 / (1 + 2^x)
template <bool rough>
DIT_INLINE Vec falling_sigmoid(Vec x) {
  return reciprocal<rough>(1.0f + exp2_weight<rough>(min(x, splat(127.0f))));
}

template <bool rough>
DIT_INLINE Vec sigmoid(Vec x) {
  return falling_sigmoid<rough>(-log2_of_e * x);
}

// x * 0.5 * (1 + tanh u) = x * sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3): one exponential.
template <bool rough>
struct GeluTanh {
  static constexpr float twice_root = 1.59576912f;  // 2 sqrt(2 / pi)
  static constexpr float cubic = 0.044715f;

  static DIT_INLINE Vec gate(Vec x) {
    return falling_sigmoid<rough>(x * (-log2_of_e * twice_root + -log2_of_e * twice_root * cubic * x * x));
  }
  static DIT_INLINE Vec value(Vec x) { return x * gate(x); }
  // With s = sigmoid(2u): d/dx (x s) = s + x s (1 - s) (2u)'.
  static DIT_INLINE Vec slope(Vec x) {
    const Vec s = gate(x);
    return s + x * s * (1.0f - s) * (twice_root * (1.0f + 3.0f * cubic * x * x));
  }
};

// x Phi(x), with the distribution function of the normal distribution: 1 - Phi(|x|) = exp(-x^2 / 2) p(1 / (1 + 0.41 |x|)).
template <bool rough>
struct GeluErf {
  static DIT_INLINE Vec bell(Vec x) { return exp2_weight<rough>(-0.5f * log2_of_e * x * x); }
  static DIT_INLINE Vec distribution(Vec x, Vec bell) {
    const Vec k = reciprocal<rough>(1.0f + 0.41f * min(max(x, -x), splat(16.0f)));
    // The polynomial of least error, 8e-8 of Phi, among those without a constant term.
    Vec p = splat(0.0558748281f);
    p = p * k - 0.239440703f;
    p = p * k + 0.28912215f;
    p = p * k + 0.0519795284f;
    p = p * k + 0.180102600f;
    p = p * k + 0.162361608f;
    const Vec beyond = bell * p * k;
    return x > 0.0f ? 1.0f - beyond : beyond;
  }

  static DIT_INLINE Vec value(Vec x) { return x * distribution(x, bell(x)); }
  static DIT_INLINE Vec slope(Vec x) {
    const Vec b = bell(x);
    return distribution(x, b) + x * b * 0.398942280f;  // 1 / sqrt(2 pi)
  }
};

template <bool rough>
struct Silu {
  static DIT_INLINE Vec value(Vec x) { return x * sigmoid<rough>(x); }
  static DIT_INLINE Vec slope(Vec x, Vec sigmoid_of_x) { return sigmoid_of_x * (1.0f + x * (1.0f - sigmoid_of_x)); }
  static DIT_INLINE Vec slope(Vec x) { return slope(x, sigmoid<rough>(x)); }
};

struct Relu {
  static DIT_INLINE Vec value(Vec x) { return max(x, Vec{}); }
  static DIT_INLINE Vec slope(Vec x) { return x > 0.0f ? splat(1.0f) : Vec{}; }
};

// body(f) with an activation's functions, for results of type T.
template <class T, class Body>
DIT_INLINE void with_functions(Activation activation, Body body) {
  constexpr bool rough = is_rough<T>;
  switch (activation) {
    case Activation::gelu_tanh:
      return body(GeluTanh<rough>());
    case Activation::gelu_erf:
      return body(GeluErf<rough>());
    case Activation::silu:
      return body(Silu<rough>());
    case Activation::relu:
      return body(Relu());
  }
}

}  // namespace
}  // namespace dit
