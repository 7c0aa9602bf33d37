#pragma once

#include "vec.h"

namespace dit {
namespace {

DIT_INLINE Vec sigmoid(Vec x) {
  const Vec divisor = 1.0f + exp2_below(min(x * -log2_of_e, splat(127.0f)));
#ifdef __AVX512F__
  // An estimate of 14 bits and a step of Newton's: half the time of a division.
  const Vec estimate = bit_cast<Vec>(_mm512_maskz_rcp14_ps(0xffff, bit_cast<__m512>(divisor)));
  return estimate * (2.0f - divisor * estimate);
#else
  return 1.0f / divisor;
#endif
}

// gelu_tanh(x) = x * 0.5 * (1 + tanh u) = x * sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3): one exponential.
constexpr float twice_root = 1.59576912f;  // 2 sqrt(2 / pi)
constexpr float cubic = 0.044715f;

DIT_INLINE Vec gelu(Vec x) {
  return x * sigmoid(twice_root * x * (1.0f + cubic * x * x));
}

// With s = sigmoid(2u): d/dx (x s) = s + x s (1 - s) (2u)'.
DIT_INLINE Vec gelu_slope(Vec x) {
  const Vec s = sigmoid(twice_root * x * (1.0f + cubic * x * x));
  return s + x * s * (1.0f - s) * (twice_root * (1.0f + 3.0f * cubic * x * x));
}

}  // namespace
}  // namespace dit
