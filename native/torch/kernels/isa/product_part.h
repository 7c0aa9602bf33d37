#pragma once

#include "activations.h"
#include "panel.h"

// What the ways to compute a part of a product share: where its operands come from and where its result goes.
namespace dit {
namespace {

// Where the result goes, from element `offset` of the part's memory on.
template <class T, Epilogue epilogue, class Function>
DIT_INLINE void finish(T* result, T* other, int64_t offset, Vec value, int64_t lanes = W) {
  if constexpr (epilogue == Epilogue::value) {
    if (other != nullptr) store(other + offset, value, lanes);
    value = Function::value(value);
  } else if constexpr (epilogue == Epilogue::slope) {
    value *= Function::slope(load(other + offset, lanes));
  }
  store(result + offset, value, lanes);
}

// Whole vectors of the result, straight from the registers.
template <class T, Epilogue epilogue, class Function>
struct Result {
  T* data;
  T* other;
  int64_t stride;
  const float* bias;

  DIT_INLINE Vec begin(int64_t row, int64_t column) const {
    if constexpr (epilogue == Epilogue::slope) __builtin_prefetch(other + row * stride + column);
    return load(bias + column);
  }

  template <int Rows, int Columns>
  DIT_INLINE void end(int64_t row, int64_t column, const Vec (&total)[Rows][Columns]) const {
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        finish<T, epilogue, Function>(data, other, (row + i) * stride + column + j * W, total[i][j]);
      }
    }
  }
};

template <class T, Epilogue epilogue, class Function>
Result<T, epilogue, Function> result(const ProductPart& part, const float* bias) {
  const int64_t offset = part.first_row * part.result_stride + part.first_column;
  return {static_cast<T*>(part.result) + offset, part.other == nullptr ? nullptr : static_cast<T*>(part.other) + offset,
          part.result_stride, bias};
}

// Rows whose sums, of whole vectors, wait in memory.
template <class T, Epilogue epilogue, class Function>
void finish_rows(const ProductPart& part, int64_t first, int64_t last, Rows<const float> sums, const float* bias) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t offset = row * part.result_stride + part.first_column;
    const float* const from = sums.from(row - first).data;
    for_lanes(part.last_column - part.first_column, [&](int64_t i, auto lanes) {
      finish<T, epilogue, Function>(static_cast<T*>(part.result), static_cast<T*>(part.other), offset + i,
                                    load(from + i) + load(bias + i), lanes);
    });
  }
}

// The part's bias, in whole vectors.
void copy_bias(const ProductPart& part, float* to) {
  const int64_t columns = part.last_column - part.first_column;
  for (int64_t i = 0; i < padded(columns); ++i) {
    to[i] = part.bias != nullptr && i < columns ? part.bias[part.first_column + i] : 0;
  }
}

// body(pointer) with the type of an operand's elements. In pairs there is no plain float.
template <class Unit, class Body>
void with_elements(const Operand& operand, Body body) {
  switch (operand.element) {
    case Element::f32:
      if constexpr (Unit::depth == 1) return body(static_cast<const float*>(operand.data));
      [[fallthrough]];
    case Element::rounded:
      return body(static_cast<const Rounded*>(operand.data));
    case Element::bf16:
      return body(static_cast<const bf16*>(operand.data));
  }
}

// Columns [first, last) of a right operand as packed panels, of units [depth_first, depth_first + depth).
template <class Unit>
void pack_right(const Operand& operand, int64_t first, int64_t last, int64_t depth_first, int64_t depth, float* to,
                int64_t step) {
  with_elements<Unit>(operand, [&](auto* data) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(data)>>;
    if (operand.transposed) {
      pack_transposed<Unit>(Rows<const T>{data + first * operand.stride + depth_first, operand.stride}, last - first,
                            depth, to, step);
    } else {
      pack_across<Unit>(Rows<const T>{data + depth_first * operand.stride + first, operand.stride}, depth, last - first,
                        to, step);
    }
  });
}

}  // namespace
}  // namespace dit
