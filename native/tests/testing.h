// What the checks of the kernels share: random operands off their natural addresses, and comparison with doubles.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "../torch/kernels/isa/table.h"

namespace dit::testing {

using Doubles = std::vector<double>;

inline int failures = 0;
inline std::mt19937 random_bits(1);

inline float as_float(float value) {
  return value;
}
inline float as_float(bf16 value) {
  const uint32_t bits = uint32_t{value.bits} << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// Round to nearest even.
inline bf16 narrow(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
inline void assign(float& to, float value) {
  to = value;
}
inline void assign(bf16& to, float value) {
  to = narrow(value);
}

// A heap block of exactly this many elements, after one that is left out: off the natural address of a vector.
template <class T>
struct Block {
  int64_t offset;
  std::vector<T> all;

  explicit Block(int64_t count, double spread = 1, int64_t left_out = 1)
      : offset(left_out), all(static_cast<size_t>(count + left_out)) {
    std::normal_distribution<float> normal(0, static_cast<float>(spread));
    for (T& value : all) assign(value, normal(random_bits));
    all.shrink_to_fit();
  }
  T* data() { return all.data() + offset; }
  double operator[](int64_t i) const { return as_float(all[static_cast<size_t>(i + offset)]); }
};

// Relative to the largest value of the truth.
inline void expect(const std::string& what, const Doubles& got, const Doubles& want, double tolerance) {
  double scale = 1e-30, error = 0;
  for (double value : want) scale = std::max(scale, std::abs(value));
  for (size_t i = 0; i < want.size(); ++i) {
    const double difference = std::abs(got[i] - want[i]) / scale;
    error = difference <= error ? error : difference;  // NaN stays
  }
  if (error <= tolerance) return;
  ++failures;
  std::printf("FAILED %s: error %.3g, tolerance %.3g\n", what.c_str(), error, tolerance);
}

template <class T>
constexpr double rounding() {
  return std::is_same_v<T, float> ? 5e-6 : 6e-3;
}

struct Slope {
  double value, slope;
};

/// The function and its derivative.
inline Slope activated(Activation f, double v) {
  const double root = std::sqrt(2 / M_PI), s = 1 / (1 + std::exp(-v));
  const double t = std::tanh(root * (v + 0.044715 * v * v * v)), phi = 0.5 * std::erfc(-v * std::sqrt(0.5));
  switch (f) {
    case Activation::gelu_tanh:
      return {0.5 * v * (1 + t), 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * root * (1 + 3 * 0.044715 * v * v)};
    case Activation::gelu_erf:
      return {v * phi, phi + v * std::exp(-0.5 * v * v) / std::sqrt(2 * M_PI)};
    case Activation::silu:
      return {v * s, s + v * s * (1 - s)};
    case Activation::relu:
      return {std::max(v, 0.0), v > 0 ? 1.0 : 0.0};
  }
  return {};
}

constexpr Activation activations[] = {Activation::gelu_tanh, Activation::gelu_erf, Activation::silu, Activation::relu};

}  // namespace dit::testing
