#pragma once

// Vectors of this file's instruction set, in the compilers' own vector notation: the same source is compiled for
// every instruction set (macro DIT_ISA), and everything here is internal to the file that includes it.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "table.h"

namespace dit {
namespace {

#if defined(__AVX512F__)
constexpr int W = 16;
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

typedef float Vec __attribute__((vector_size(W * 4)));
typedef int32_t IntVec __attribute__((vector_size(W * 4)));
typedef uint32_t UintVec __attribute__((vector_size(W * 4)));
typedef uint16_t HalfVec __attribute__((vector_size(W * 2)));

#define DIT_INLINE inline __attribute__((always_inline))

DIT_INLINE Vec splat(float value) {
  return Vec{} + value;
}

template <class To, class From>
DIT_INLINE To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "only the type changes");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

DIT_INLINE Vec widen(HalfVec half) {
  return bit_cast<Vec>(__builtin_convertvector(half, UintVec) << 16);
}

// Round to nearest even; NaN stays NaN.
DIT_INLINE HalfVec narrow(Vec value) {
#ifdef __AVX512BF16__
  return bit_cast<HalfVec>(_mm512_cvtneps_pbh(bit_cast<__m512>(value)));
#else
  const UintVec bits = bit_cast<UintVec>(value);
  const UintVec rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const IntVec is_nan = value != value;
  return __builtin_convertvector(is_nan ? UintVec{} + 0x7fc0 : rounded, HalfVec);
#endif
}

// The first `count` (at most W) elements; the rest are zero. With the constant W it is one load.
DIT_INLINE Vec load(const float* from, int64_t count = W) {
  Vec value{};
  std::memcpy(&value, from, static_cast<size_t>(count) * sizeof *from);
  return value;
}

DIT_INLINE HalfVec load_bits(const bf16* from, int64_t count = W) {
  HalfVec half{};
  std::memcpy(&half, from, static_cast<size_t>(count) * sizeof *from);
  return half;
}

DIT_INLINE Vec load(const bf16* from, int64_t count = W) {
  return widen(load_bits(from, count));
}

// What a rounded float multiplies as.
DIT_INLINE HalfVec load_bits(const Rounded* from, int64_t count = W) {
  return narrow(load(&from->value, count));
}
DIT_INLINE Vec load(const Rounded* from, int64_t count = W) {
  return widen(load_bits(from, count));
}

DIT_INLINE void store(float* to, Vec value, int64_t count = W) {
  std::memcpy(to, &value, static_cast<size_t>(count) * sizeof *to);
}

DIT_INLINE void store(bf16* to, Vec value, int64_t count = W) {
  const HalfVec half = narrow(value);
  std::memcpy(to, &half, static_cast<size_t>(count) * sizeof *to);
}

// The first `count` lanes; zero in the others.
DIT_INLINE Vec keep(Vec value, int64_t count) {
  return load(reinterpret_cast<const float*>(&value), count);
}

// body(i, lanes) for i = 0, W, 2W, ...: whole vectors first, then what is left.
template <class Body>
DIT_INLINE void for_lanes(int64_t count, Body body) {
  int64_t i = 0;
  for (; i + W <= count; i += W) body(i, std::integral_constant<int64_t, W>());
  if (i < count) body(i, count - i);
}

// A NaN in `a` stays.
DIT_INLINE Vec max(Vec a, Vec b) {
  return a < b ? b : a;
}
DIT_INLINE Vec min(Vec a, Vec b) {
  return a > b ? b : a;
}

// A shuffle's lane numbers, made by Rule(lane). A constant in memory: built at run time it costs more than the shuffle.
template <class Rule, class Number = int32_t, int count = W>
struct Lanes {
  Number number[count];

  constexpr Lanes() : number() {
    for (int lane = 0; lane < count; ++lane) number[lane] = static_cast<Number>(Rule::of(lane));
  }
};

template <class Rule>
DIT_INLINE IntVec lanes_of() {
  static constexpr Lanes<Rule> lanes;
  return bit_cast<IntVec>(lanes);
}

struct Lane {
  static constexpr int of(int lane) { return lane; }
};

// The first `count` lanes; `other` in the rest.
DIT_INLINE Vec only(Vec value, int64_t count, float other) {
  return lanes_of<Lane>() < IntVec{} + static_cast<int32_t>(count) ? value : splat(other);
}

template <int step>
struct Opposite {
  static constexpr int of(int lane) { return lane ^ step; }
};

// What is left of the lanes after joining opposite halves again and again.
template <int step = W / 2, class Join>
DIT_INLINE float fold(Vec value, Join join) {
  if constexpr (step == 0) {
    return value[0];
  } else {
    return fold<step / 2>(join(value, __builtin_shuffle(value, lanes_of<Opposite<step>>())), join);
  }
}

DIT_INLINE float sum(Vec value) {
  return fold(value, [](Vec a, Vec b) { return a + b; });
}

DIT_INLINE float max(Vec value) {
  return fold(value, [](Vec a, Vec b) { return max(a, b); });
}

DIT_INLINE Vec round_to_whole(Vec x) {
#ifdef __AVX512F__
  // With a mask of all lanes, as the plain intrinsic is a false alarm of an uninitialised variable in some compilers.
  return bit_cast<Vec>(
      _mm512_maskz_roundscale_ps(0xffff, bit_cast<__m512>(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
  return (x + 12582912.0f) - 12582912.0f;  // 1.5 * 2^23 leaves no bits for a fraction
#endif
}

// value * 2^n for whole n from -126 to 127
DIT_INLINE Vec times_power_of_2(Vec value, Vec n) {
#ifdef __AVX512F__
  return bit_cast<Vec>(_mm512_maskz_scalef_ps(0xffff, bit_cast<__m512>(value), bit_cast<__m512>(n)));
#else
  return value * bit_cast<Vec>((__builtin_convertvector(n, IntVec) + 127) << 23);
#endif
}

constexpr float log2_of_e = 1.44269504f;

// 2^x for attention's weights and for activations, x at most 127: to 1e-7, or to 1e-4, a twentieth of what rounding to
// bfloat16 loses. Below -126 it may become 0 at once.
template <bool rough>
DIT_INLINE Vec exp2_weight(Vec x) {
#ifdef __AVX512F__
  const Vec r = bit_cast<Vec>(_mm512_maskz_reduce_ps(0xffff, bit_cast<__m512>(x), _MM_FROUND_TO_NEG_INF));
#else
  x = max(x, splat(-126.0f));
  const Vec n = round_to_whole(x - 0.5f), r = x - n;
#endif
  // The polynomials of least relative error on 0 <= r <= 1 among those with constant term 1.
  Vec p;
  if constexpr (rough) {
    p = splat(0.0770670420f);
    p = p * r + 0.227644991f;
    p = p * r + 0.695116786f;
  } else {
    p = splat(0.00186713007f);
    p = p * r + 0.00901703032f;
    p = p * r + 0.0557999139f;
    p = p * r + 0.240164455f;
    p = p * r + 0.693151312f;
  }
  p = p * r + 1.0f;
#ifdef __AVX512F__
  return times_power_of_2(p, x);  // of which it takes the whole part below
#else
  return times_power_of_2(p, n);
#endif
}

// Whether some lane of a is larger than b's.
DIT_INLINE bool any_above(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(bit_cast<__m512>(a), bit_cast<__m512>(b), _CMP_GT_OQ) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_ps(bit_cast<__m256>(a > b)) != 0;
#else
  const IntVec above = a > b;
  bool any = false;
  for (int lane = 0; lane < W; ++lane) any |= above[lane] != 0;
  return any;
#endif
}

}  // namespace
}  // namespace dit
