#pragma once

#include <algorithm>
#include <type_traits>

#include "product.h"

// Packed copies of one head's rows, in the units of the product that reads them.
namespace dit {
namespace {

// Query rows and keys of one tile of scores.
constexpr int64_t query_block = 48;
constexpr int64_t key_block = 512;

// bfloat16 is multiplied as it is where there is an instruction for it, and widened first elsewhere.
#ifdef __AVX512BF16__
template <class T>
using UnitOf = std::conditional_t<std::is_same_v<T, bf16>, Pair, Single>;
#else
template <class T>
using UnitOf = Single;
#endif

DIT_INLINE int64_t padded(int64_t columns) {
  return (columns + W - 1) / W * W;
}

// Row strides are whole vectors, and an odd number of them: a power of two would map a column to few cache sets.
DIT_INLINE int64_t panel_stride(int64_t columns) {
  return (padded(columns) / W | 1) * W;
}

// A [rows, columns] matrix of units (or floats) in scratch memory, every row padded to whole vectors.
struct Panel {
  float* data;
  int64_t stride;

  Panel(float*& scratch, int64_t rows, int64_t columns) : data(scratch), stride(panel_stride(columns)) {
    scratch += rows * stride;
  }
  float* row(int64_t index) const { return data + index * stride; }
  Left left() const { return {data, stride, 1}; }
  Left transposed() const { return {data, 1, stride}; }
};

// How many units a depth needs.
template <class Unit>
DIT_INLINE int64_t units(int64_t depth) {
  return (depth + Unit::depth - 1) / Unit::depth;
}

// W units of a row from element i on, of which `count` elements exist; the others are zero.
template <class Unit, class T>
DIT_INLINE Vec load_units(const T* from, int64_t count) {
  if constexpr (Unit::depth == 1) {
    return load(from, count);
  } else {
    Vec value{};
    std::memcpy(&value, from, static_cast<size_t>(count) * sizeof *from);
    return value;
  }
}

// body(unit, loaded units, how many of them) along a row of `width` elements.
template <class Unit, class T, class Body>
DIT_INLINE void for_units(const T* row, int64_t width, Body body) {
  constexpr int64_t step = W * Unit::depth;
  int64_t i = 0;
  for (; i + step <= width; i += step) body(i / Unit::depth, load_units<Unit>(row + i, step), W);
  if (i < width) body(i / Unit::depth, load_units<Unit>(row + i, width - i), units<Unit>(width - i));
}

// to[row][unit of the width]: a left operand whose depth is the width.
template <class Unit, class T>
void pack(Rows<const T> from, int64_t rows, int64_t width, const Panel& to) {
  for (int64_t row = 0; row < rows; ++row) {
    for_units<Unit>(from.data + row * from.stride, width,
                    [&](int64_t i, Vec value, int64_t) { store(to.row(row) + i, value); });
  }
}

// Which lanes of two rows, the second numbered from W on, a round of the transposition puts into the upper and lower
// row.
template <int step>
struct UpperBlocks {
  static constexpr int of(int lane) { return lane & step ? W + lane - step : lane; }
};
template <int step>
struct LowerBlocks {
  static constexpr int of(int lane) { return lane & step ? W + lane : lane + step; }
};

// Exchanges rows and columns of W x W units in log2(W) rounds, each of which swaps blocks of step x step.
template <int step = 1>
DIT_INLINE void transpose(Vec (&block)[W]) {
  if constexpr (step < W) {
    const IntVec upper = lanes_of<UpperBlocks<step>>(), lower = lanes_of<LowerBlocks<step>>();
#pragma GCC unroll 16
    for (int row = 0; row < W; ++row) {
      if (row & step) continue;
      const Vec above = block[row], below = block[row + step];
      block[row] = __builtin_shuffle(above, below, upper);
      block[row + step] = __builtin_shuffle(above, below, lower);
    }
    transpose<step * 2>(block);
  }
}

// to[unit of the width][row]: a right operand whose depth is the width.
template <class Unit, class T>
void pack_transposed(Rows<const T> from, int64_t rows, int64_t width, const Panel& to) {
  constexpr int64_t step = W * Unit::depth;
  for (int64_t row = 0; row < rows; row += W) {
    for (int64_t i = 0; i < width; i += step) {
      const int64_t count = std::min(step, width - i);
      Vec block[W] = {};
      if (row + W <= rows && count == step) {
#pragma GCC unroll 16
        for (int line = 0; line < W; ++line) block[line] = load_units<Unit>(from.from(row + line).data + i, step);
      } else {
        for (int line = 0; line < W && row + line < rows; ++line) {
          block[line] = load_units<Unit>(from.from(row + line).data + i, count);
        }
      }
      transpose(block);
      const int64_t lines = units<Unit>(count);
      for (int64_t line = 0; line < lines; ++line) store(to.row(i / Unit::depth + line) + row, block[line]);
    }
  }
}

// Two rows as one row of pairs.
DIT_INLINE Vec pair_up(HalfVec even, HalfVec odd) {
  const UintVec low = __builtin_convertvector(even, UintVec), high = __builtin_convertvector(odd, UintVec);
  return bit_cast<Vec>(low | high << 16);
}

// to[unit of the rows][column]: a right operand whose depth is the rows.
template <class Unit, class T>
void pack_across(Rows<const T> from, int64_t rows, int64_t width, const Panel& to) {
  for (int64_t row = 0; row < rows; row += Unit::depth) {
    const T* source = from.data + row * from.stride;
    float* target = to.row(row / Unit::depth);
    for_lanes(width, [&](int64_t i, auto lanes) {
      if constexpr (Unit::depth == 1) {
        store(target + i, load(source + i, lanes));
      } else {
        const HalfVec odd = row + 1 < rows ? load_bits(source + from.stride + i, lanes) : HalfVec{};
        store(target + i, pair_up(load_bits(source + i, lanes), odd));
      }
    });
  }
}

// Floats of a panel's row to where they belong.
template <class T>
DIT_INLINE void unpack(const float* from, int64_t width, float factor, T* to) {
  for_lanes(width, [=](int64_t i, auto lanes) { store(to + i, load(from + i) * factor, lanes); });
}

}  // namespace
}  // namespace dit
