#pragma once

#include "vec.h"

// A small matrix product for operands that sit in the second-level cache. Its elements are 32-bit units along the
// depth: a float, or a pair of bfloat16 that one instruction multiplies and adds.
namespace dit {
namespace {

struct Single {
  static constexpr int depth = 1;  // of one unit

  static DIT_INLINE Vec splat(const float* unit) { return dit::splat(*unit); }
  static DIT_INLINE Vec dot(Vec total, Vec left, Vec right) { return total + left * right; }
};

#ifdef __AVX512BF16__
struct Pair {
  static constexpr int depth = 2;

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

// The left operand's unit (row, k) is at data[row * row_step + k * depth_step]: it is read one unit at a time, so
// a transposed operand costs nothing.
struct Left {
  const float* data;
  int64_t row_step;
  int64_t depth_step;
};

// Rows x Columns vectors of the result stay in registers while the depth runs.
template <class Unit, int Rows, int Columns>
DIT_INLINE void product_tile(Left a, const float* b, int64_t b_stride, int64_t depth, float* c, int64_t c_stride,
                             bool add) {
  Vec total[Rows][Columns];
#pragma GCC unroll 8
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (int column = 0; column < Columns; ++column) {
      total[row][column] = add ? load(c + row * c_stride + column * W) : Vec{};
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vec right[Columns];
#pragma GCC unroll 8
    for (int column = 0; column < Columns; ++column) right[column] = load(b + k * b_stride + column * W);
#pragma GCC unroll 8
    for (int row = 0; row < Rows; ++row) {
      const Vec left = Unit::splat(a.data + row * a.row_step + k * a.depth_step);
#pragma GCC unroll 8
      for (int column = 0; column < Columns; ++column)
        total[row][column] = Unit::dot(total[row][column], left, right[column]);
    }
  }
#pragma GCC unroll 8
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (int column = 0; column < Columns; ++column) store(c + row * c_stride + column * W, total[row][column]);
  }
}

constexpr int tile_rows = 6;
constexpr int tile_columns = W == 16 ? 4 : 2;  // 24 of 32 registers, or 12 of 16

template <class Unit, int Columns>
void product_rows(Left a, const float* b, int64_t b_stride, int64_t rows, int64_t depth, float* c, int64_t c_stride,
                  bool add) {
  for (; rows >= tile_rows; rows -= tile_rows, a.data += tile_rows * a.row_step, c += tile_rows * c_stride) {
    product_tile<Unit, tile_rows, Columns>(a, b, b_stride, depth, c, c_stride, add);
  }
  for (; rows >= 2; rows -= 2, a.data += 2 * a.row_step, c += 2 * c_stride) {
    product_tile<Unit, 2, Columns>(a, b, b_stride, depth, c, c_stride, add);
  }
  if (rows > 0) product_tile<Unit, 1, Columns>(a, b, b_stride, depth, c, c_stride, add);
}

// c [rows, columns] = (add ? c : 0) + a [rows, depth] b [depth, columns]; `columns` is a multiple of W.
template <class Unit>
void product(Left a, const float* b, int64_t b_stride, int64_t rows, int64_t depth, int64_t columns, float* c,
             int64_t c_stride, bool add) {
  int64_t column = 0;
  for (; column + tile_columns * W <= columns; column += tile_columns * W) {
    product_rows<Unit, tile_columns>(a, b + column, b_stride, rows, depth, c + column, c_stride, add);
  }
  for (; column + 2 * W <= columns; column += 2 * W) {
    product_rows<Unit, 2>(a, b + column, b_stride, rows, depth, c + column, c_stride, add);
  }
  for (; column < columns; column += W) {
    product_rows<Unit, 1>(a, b + column, b_stride, rows, depth, c + column, c_stride, add);
  }
}

}  // namespace
}  // namespace dit
