#pragma once

#include "product_part.h"

// A part of a product whose depth is taken in slices of both operands, which stay in the caches while they are packed,
// summed and multiplied: for left operands whose rows cannot be read as they are, above all transposed ones, as the
// weights' gradients have.
namespace dit {
namespace {

// Units of the depth in a slice.
constexpr int64_t slice = 128;

// The rows of an operand's next slice, `units` of them in one unit of the depth.
template <int units>
struct NextRows {
  const char* data;
  int64_t stride, lines;  // in bytes; cache lines in a row

  DIT_INLINE void next() {
#pragma GCC unroll 2
    for (int i = 0; i < units; ++i, data += stride) __builtin_prefetch(data);
  }
};

// Sums that wait in memory. Meanwhile each tile fetches one cache line of every row of the next slice.
template <class Unit>
struct SliceSums : Sums {
  NextRows<Unit::depth> left, right;
  int64_t tiles;  // of a panel
};

template <class Unit>
DIT_INLINE NextRows<Unit::depth> fetch_of(const SliceSums<Unit>& sums, int64_t row, int64_t column) {
  const int64_t tile = row / tile_rows + column / panel_width * sums.tiles;
  const bool is_left = tile < sums.left.lines;
  NextRows<Unit::depth> rows = is_left ? sums.left : sums.right;
  const int64_t line = is_left ? tile : tile - sums.left.lines;
  rows.data += line * 64;
  if (line >= rows.lines) rows.stride = 0;
  return rows;
}

// Of the elements [first, last) of an operand's rows in memory, from `row` on.
template <class Unit>
NextRows<Unit::depth> next_rows(const Operand& operand, int64_t row, int64_t first, int64_t last) {
  const int64_t size = operand.element == Element::bf16 ? sizeof(bf16) : sizeof(float);
  const char* const data = static_cast<const char*>(operand.data);
  return {data + (row * operand.stride + first) * size, operand.stride * size, (last - first) * size / 64 + 1};
}

// Where the depth does not run down the rows there is nothing to fetch.
template <class Unit>
SliceSums<Unit> slice_sums(const ProductPart& part, int64_t next, Sums sums) {
  const NextRows<Unit::depth> none{nullptr, 0, 0};
  SliceSums<Unit> result{sums, none, none, (part.last_row - part.first_row + tile_rows - 1) / tile_rows};
  if (next >= part.depth) return result;
  if (part.left.transposed) result.left = next_rows<Unit>(part.left, next, part.first_row, part.last_row);
  if (!part.right.transposed) result.right = next_rows<Unit>(part.right, next, part.first_column, part.last_column);
  return result;
}

// A left operand that is given transposed, [depth, rows], which the slice before has fetched.
template <class Unit, class T>
void pack_down(Rows<const T> from, int64_t depth, int64_t rows, const Buffer& to) {
  for (int64_t k = 0; k < depth; k += Unit::depth) {
    const T* const source = from.data + k * from.stride;
    for_lanes(rows, [&](int64_t i, auto lanes) {
      if constexpr (Unit::depth == 1) {
        store(to.row(k) + i, load(source + i, lanes));
      } else {
        const HalfVec odd = k + 1 < depth ? load_bits(source + from.stride + i, lanes) : HalfVec{};
        store(to.row(k / 2) + i, pair_up(load_bits(source + i, lanes), odd));
      }
    });
  }
}

// What each row of a slice adds up to, added to `sums`. `left` is transposed: neighbouring rows are neighbours in memory.
template <class Unit>
void add_rows(Left left, int64_t rows, int64_t depth, float* sums) {
  for_lanes(rows, [&](int64_t i, auto lanes) {
    Vec total{};
    for (int64_t k = 0; k < depth; ++k) {
      total = Unit::dot(total, load(left.data + k * left.depth_step + i, lanes), Unit::ones());
    }
    store(sums + i, load(sums + i, lanes) + total, lanes);
  });
}

template <class Unit, class T, Epilogue epilogue, class Function>
void multiply_slices(const ProductPart& part, float* scratch) {
  constexpr bool reads = Unit::depth == 1;  // a transposed left operand, of floats
  const int64_t rows = part.last_row - part.first_row, columns = part.last_column - part.first_column;
  const Columns right(scratch, slice, columns);
  const Buffer sums(scratch, rows, columns);
  const Buffer left = part.left.transposed ? Buffer(scratch, slice, rows) : Buffer(scratch, rows, slice);
  float* const bias = scratch;
  copy_bias(part, bias);
  float* const left_sums = part.left_sums != nullptr ? part.left_sums + part.first_row : nullptr;
  if (left_sums != nullptr) std::fill_n(left_sums, rows, 0.0f);
  const bool is_direct = epilogue == Epilogue::none && part.depth <= slice * Unit::depth && columns % W == 0;
  for (int64_t first = 0; first < part.depth; first += slice * Unit::depth) {
    const int64_t depth = std::min(slice * Unit::depth, part.depth - first);
    pack_right<Unit>(part.right, part.first_column, part.last_column, first, depth, right.data, right.step);
    Left some = part.left.transposed ? left.transposed() : left.left();
    with_elements<Unit>(part.left, [&](auto* data) {
      using E = std::remove_const_t<std::remove_pointer_t<decltype(data)>>;
      if (!part.left.transposed) {
        pack<Unit>(Rows<const E>{data + part.first_row * part.left.stride + first, part.left.stride}, rows, depth, left);
        return;
      }
      const Rows<const E> from{data + first * part.left.stride + part.first_row, part.left.stride};
      if constexpr (reads && std::is_same_v<E, float>) {
        some = {from.data, 1, from.stride};
      } else {
        pack_down<Unit>(from, depth, rows, left);
      }
    });
    if (left_sums != nullptr) add_rows<Unit>(some, rows, units<Unit>(depth), left_sums);
    if (is_direct) {
      product<Unit>(some, right.from(0, 0), rows, units<Unit>(depth), columns,
                    result<T, Epilogue::none, void>(part, bias));
    } else {
      product<Unit>(some, right.from(0, 0), rows, units<Unit>(depth), columns,
                    slice_sums<Unit>(part, first + depth, sums.sums(first > 0)));
    }
  }
  if (!is_direct) {
    finish_rows<T, epilogue, Function>(part, part.first_row, part.last_row, {sums.data, sums.stride}, bias);
  }
}

}  // namespace
}  // namespace dit
