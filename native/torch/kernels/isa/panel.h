#pragma once

#include <algorithm>
#include <type_traits>

#include "product.h"

// Packed copies of matrices, in the units of the product that reads them.
namespace dit {
namespace {

DIT_INLINE int64_t padded(int64_t columns) {
  return (columns + W - 1) / W * W;
}

// Row strides are whole vectors, and an odd number of them: a power of two would map a column to few cache sets.
DIT_INLINE int64_t row_stride(int64_t columns) {
  return (padded(columns) / W | 1) * W;
}

// A [rows, columns] matrix of units (or floats) in scratch memory, every row padded to whole vectors.
struct Buffer {
  float* data;
  int64_t stride;

  Buffer(float*& scratch, int64_t rows, int64_t columns) : data(scratch), stride(row_stride(columns)) {
    scratch += rows * stride;
  }
  float* row(int64_t index) const { return data + index * stride; }
  Buffer after(int64_t rows) const {
    Buffer rest = *this;
    rest.data = row(rows);
    return rest;
  }
  Left left(int64_t first_row = 0) const { return {row(first_row), stride, 1}; }
  Left transposed() const { return {data, 1, stride}; }
  Sums sums(bool add = false, int64_t first_row = 0) const { return {row(first_row), stride, add}; }
};

// W units of a row from element i on, of which `count` elements exist; the others are zero.
template <class Unit, class T>
DIT_INLINE Vec load_units(const T* from, int64_t count) {
  if constexpr (Unit::depth == 1) {
    return load(from, count);
  } else if constexpr (std::is_same_v<T, bf16>) {
    Vec value{};
    std::memcpy(&value, from, static_cast<size_t>(count) * sizeof *from);
    return value;
  } else {
    const int64_t low = std::min<int64_t>(count, W);
    const HalfVec halves[2] = {load_bits(from, low), load_bits(from + low, count - low)};
    return bit_cast<Vec>(halves);
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
void pack(Rows<const T> from, int64_t rows, int64_t width, const Buffer& to) {
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

// The size in floats of a right operand, and the distance of its panels.
DIT_INLINE int64_t panel_step(int64_t units) {
  return units * panel_width;
}
DIT_INLINE int64_t right_size(int64_t units, int64_t columns) {
  return (columns + panel_width - 1) / panel_width * panel_step(units);
}

// A right operand in scratch memory.
struct Columns {
  float* data;
  int64_t step;

  Columns(float*& scratch, int64_t units, int64_t columns) : data(scratch), step(panel_step(units)) {
    scratch += right_size(units, columns);
  }
  // From unit k and from a column, at which a panel begins, on.
  float* at(int64_t k, int64_t column) const { return data + column / panel_width * step + k * panel_width; }
  Right from(int64_t k, int64_t column) const { return {at(k, column), step}; }
};

// A right operand whose columns are these rows [columns, depth]: rows and columns of units are exchanged.
template <class Unit, class T>
void pack_transposed(Rows<const T> from, int64_t columns, int64_t depth, float* to, int64_t step) {
  constexpr int64_t wide = W * Unit::depth;
  for (int64_t row = 0; row < columns; row += W) {
    float* target = to + row / panel_width * step + row % panel_width;
    for (int64_t i = 0; i < depth; i += wide) {
      const int64_t count = std::min(wide, depth - i);
      Vec block[W] = {};
      if (row + W <= columns && count == wide) {
#pragma GCC unroll 16
        for (int line = 0; line < W; ++line) block[line] = load_units<Unit>(from.from(row + line).data + i, wide);
      } else {
        for (int line = 0; line < W && row + line < columns; ++line) {
          block[line] = load_units<Unit>(from.from(row + line).data + i, count);
        }
      }
      transpose(block);
      const int64_t lines = units<Unit>(count);
      for (int64_t line = 0; line < lines; ++line, target += panel_width) store(target, block[line]);
    }
  }
}

struct Interleaved {
  static constexpr int of(int lane) { return lane / 2 + lane % 2 * W; }
};

// Two rows as one row of pairs.
DIT_INLINE Vec pair_up(HalfVec even, HalfVec odd) {
  const UintVec low = __builtin_convertvector(even, UintVec), high = __builtin_convertvector(odd, UintVec);
  return bit_cast<Vec>(low | high << 16);
}

// The same of floats, which are rounded.
DIT_INLINE Vec pair_up(Vec even, Vec odd) {
#ifdef __AVX512BF16__
  typedef uint16_t Halves __attribute__((vector_size(W * 4)));
  const auto both = bit_cast<Halves>(_mm512_cvtne2ps_pbh(bit_cast<__m512>(odd), bit_cast<__m512>(even)));
  static constexpr Lanes<Interleaved, uint16_t, 2 * W> lanes;
  return bit_cast<Vec>(__builtin_shuffle(both, bit_cast<Halves>(lanes)));
#else
  return pair_up(narrow(even), narrow(odd));
#endif
}

// A right operand as it stands, [depth, columns].
template <class Unit, class T>
void pack_across(Rows<const T> from, int64_t depth, int64_t columns, float* to, int64_t step) {
  constexpr int64_t ahead = 16 * Unit::depth;  // rows: they lie too far apart for the processor to see them coming
  constexpr int64_t line = 64 / sizeof(T);
  for (int64_t row = 0; row < depth; row += Unit::depth, to += panel_width) {
    const T* source = from.data + row * from.stride;
    for (int64_t next = row + ahead; next < std::min(row + ahead + Unit::depth, depth); ++next) {
      for (int64_t i = 0; i < columns; i += line) __builtin_prefetch(from.data + next * from.stride + i);
    }
    for_lanes(columns, [&](int64_t i, auto lanes) {
      float* const target = to + i / panel_width * step + i % panel_width;
      if constexpr (Unit::depth == 1) {
        store(target, load(source + i, lanes));
      } else {
        const HalfVec odd = row + 1 < depth ? load_bits(source + from.stride + i, lanes) : HalfVec{};
        store(target, pair_up(load_bits(source + i, lanes), odd));
      }
    });
  }
}

// Floats of a buffer's row to where they belong.
template <class T>
DIT_INLINE void unpack(const float* from, int64_t width, float factor, T* to) {
  for_lanes(width, [=](int64_t i, auto lanes) { store(to + i, load(from + i) * factor, lanes); });
}

}  // namespace
}  // namespace dit
