#pragma once

#include "vec.h"

// Matrix products of packed operands. Their elements are 32-bit units along the depth: a float, or a pair of bfloat16
// that one instruction multiplies and adds.
namespace dit {
namespace {

struct Single {
  static constexpr int depth = 1;  // of one unit

  static DIT_INLINE Vec ones() { return dit::splat(1.0f); }
  static DIT_INLINE Vec splat(const float* unit) { return dit::splat(*unit); }
  static DIT_INLINE Vec dot(Vec total, Vec left, Vec right) { return total + left * right; }
};

#ifdef __AVX512BF16__
struct Pair {
  static constexpr int depth = 2;

  static DIT_INLINE Vec ones() { return bit_cast<Vec>(IntVec{} + 0x3f803f80); }
  static DIT_INLINE Vec splat(const float* unit) {
    int32_t bits;
    std::memcpy(&bits, unit, sizeof bits);
    return bit_cast<Vec>(IntVec{} + bits);
  }
  static DIT_INLINE Vec dot(Vec total, Vec left, Vec right) {
    return bit_cast<Vec>(
        _mm512_dpbf16_ps(bit_cast<__m512>(total), bit_cast<__m512bh>(left), bit_cast<__m512bh>(right)));
  }
};
#endif

// bfloat16 is multiplied as it is where there is an instruction for it, and widened first elsewhere.
#ifdef __AVX512BF16__
template <class T>
using UnitOf = std::conditional_t<std::is_same_v<T, float>, Single, Pair>;
#else
template <class T>
using UnitOf = Single;
#endif

// How many units a depth needs.
template <class Unit>
DIT_INLINE int64_t units(int64_t depth) {
  return (depth + Unit::depth - 1) / Unit::depth;
}

// One tile of the result, tile_rows x tile_columns vectors, stays in registers while the depth runs.
constexpr int tile_rows = 6;
constexpr int tile_columns = W == 16 ? 4 : 2;  // 24 of 32 registers, or 12 of 16
constexpr int64_t panel_width = tile_columns * W;

// Unit (row, k) is at data[row * row_step + k * depth_step]: it is read one unit at a time, so a transposed operand
// costs nothing.
struct Left {
  const float* data;
  int64_t row_step;
  int64_t depth_step;
};

// Columns stand in panels, each of which is read from its begin to its end: unit (k, column) is at
// data[column / panel_width * panel_step + k * panel_width + column % panel_width].
struct Right {
  const float* data;
  int64_t panel_step;
};

template <class T, int Rows, int Columns>
DIT_INLINE void store_tile(T* to, int64_t stride, const Vec (&total)[Rows][Columns]) {
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) store(to + i * stride + j * W, total[i][j]);
  }
}

// Where results go: `begin` is what the sums of one vector start from, `end` takes a tile of them.
struct Sums {
  float* data;
  int64_t stride;
  bool add;  // to what is there

  DIT_INLINE Sums from(int64_t row) const { return {data + row * stride, stride, add}; }
  DIT_INLINE Vec begin(int64_t row, int64_t column) const { return add ? load(data + row * stride + column) : Vec{}; }

  template <int Rows, int Columns>
  DIT_INLINE void end(int64_t row, int64_t column, const Vec (&total)[Rows][Columns]) const {
    store_tile(data + row * stride + column, stride, total);
  }
};

// What a tile fetches into the caches while its depth runs, for later: nothing, unless its sink has something.
struct NoFetch {
  DIT_INLINE void next() const {}
};

template <class Sink>
DIT_INLINE NoFetch fetch_of(const Sink&, int64_t, int64_t) {
  return {};
}

template <class Unit, int Rows, int Columns, class Sink>
DIT_INLINE void product_tile(Left a, const float* b, int64_t depth, int64_t row, int64_t column, const Sink& sink) {
  Vec total[Rows][Columns];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) total[i][j] = sink.begin(row + i, column + j * W);
  }
  const float* left = a.data + row * a.row_step;
  auto fetch = fetch_of(sink, row, column);
  for (int64_t k = 0; k < depth; ++k, b += panel_width, left += a.depth_step) {
    fetch.next();
    Vec right[Columns];
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) right[j] = load(b + j * W);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const Vec one = Unit::splat(left + i * a.row_step);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) total[i][j] = Unit::dot(total[i][j], one, right[j]);
    }
  }
  sink.end(row, column, total);
}

template <class Unit, int Columns, class Sink>
void product_panel(Left a, const float* b, int64_t rows, int64_t depth, int64_t column, const Sink& sink) {
  int64_t row = 0;
  for (; row + tile_rows <= rows; row += tile_rows) product_tile<Unit, 6, Columns>(a, b, depth, row, column, sink);
  if (row + 4 <= rows) {
    product_tile<Unit, 4, Columns>(a, b, depth, row, column, sink);
    row += 4;
  }
  if (row + 2 <= rows) {
    product_tile<Unit, 2, Columns>(a, b, depth, row, column, sink);
    row += 2;
  }
  if (row < rows) product_tile<Unit, 1, Columns>(a, b, depth, row, column, sink);
}

// Rows of a [rows, depth] b [depth, columns], with the depth in units and whole vectors of columns.
template <class Unit, class Sink>
void product(Left a, Right b, int64_t rows, int64_t depth, int64_t columns, const Sink& sink) {
  for (int64_t column = 0; column < columns; column += panel_width, b.data += b.panel_step) {
    const int64_t vectors = (columns - column + W - 1) / W;
    if (vectors >= tile_columns) {
      product_panel<Unit, tile_columns>(a, b.data, rows, depth, column, sink);
    } else if (tile_columns > 3 && vectors == 3) {
      product_panel<Unit, 3>(a, b.data, rows, depth, column, sink);
    } else if (tile_columns > 2 && vectors == 2) {
      product_panel<Unit, 2>(a, b.data, rows, depth, column, sink);
    } else {
      product_panel<Unit, 1>(a, b.data, rows, depth, column, sink);
    }
  }
}

}  // namespace
}  // namespace dit
