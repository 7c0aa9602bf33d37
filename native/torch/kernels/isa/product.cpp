#include "activations.h"
#include "panel.h"
#include "parts.h"

// The product of two matrices in memory, one panel of columns at a time. The panel is packed and stays in the
// second-level cache while the rows pass by.
namespace dit {
namespace {

// Units of the depth that a packed panel may have: it takes 0.4 MB of the second-level cache.
constexpr int64_t depth_block = 1536;
// Rows whose sums are kept in scratch memory.
constexpr int64_t row_block = 1024;

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

// A whole panel of the result, straight from the registers.
template <class T, Epilogue epilogue, class Function>
struct Result {
  static constexpr bool is_whole = true;
  T* data;
  T* other;
  int64_t stride;
  const float* bias;

  DIT_INLINE Result from(int64_t row) const {
    return {data + row * stride, other == nullptr ? nullptr : other + row * stride, stride, bias};
  }
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

// Rows [first, last) of a left operand, or columns of a right one that is given transposed, as a packed panel.
template <class Unit>
void pack_panel(const Operand& operand, int64_t first, int64_t last, int64_t depth_first, int64_t depth, float* to) {
  with_elements<Unit>(operand, [&](auto* data) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(data)>>;
    const int64_t step = panel_step(units<Unit>(depth));
    if (operand.transposed) {
      pack_across<Unit>(Rows<const T>{data + depth_first * operand.stride + first, operand.stride}, depth, last - first,
                        to, step);
    } else {
      pack_transposed<Unit>(Rows<const T>{data + first * operand.stride + depth_first, operand.stride}, last - first,
                            depth, to, step);
    }
  });
}

Operand transposed(Operand operand) {
  operand.transposed = !operand.transposed;
  return operand;
}

// Rows of the product of a left operand and one packed panel, of which a sink may want all columns.
template <class Unit, class Sink>
void multiply_panel(Left left, const float* panel, int64_t rows, int64_t depth, int64_t columns, const Sink& sink) {
  if constexpr (Sink::is_whole) {
    product_panel<Unit, tile_columns>(left, panel, rows, units<Unit>(depth), 0, sink);
  } else {
    product<Unit>(left, {panel, 0}, rows, units<Unit>(depth), columns, sink);
  }
}

// Rows [first, last) of the product of the part's left operand and one packed panel.
template <class Unit, class Sink>
void multiply_rows(const ProductPart& part, int64_t first, int64_t last, int64_t depth_first, int64_t depth,
                   const float* panel, int64_t columns, const Sink& sink) {
  if (part.packed_left == nullptr) {
    const int64_t stride = part.left.stride / Unit::depth;
    const Left left{static_cast<const float*>(part.left.data) + first * stride + depth_first / Unit::depth, stride, 1};
    multiply_panel<Unit>(left, panel, last - first, depth, columns, sink);
    return;
  }
  const int64_t step = panel_step(units<Unit>(part.depth));
  for (int64_t row = first; row < last;) {
    const int64_t end = std::min(last, (row / panel_width + 1) * panel_width);
    const Left left{part.packed_left + row / panel_width * step + row % panel_width +
                        depth_first / Unit::depth * panel_width,
                    1, panel_width};
    multiply_panel<Unit>(left, panel, end - row, depth, columns, sink.from(row - first));
    row = end;
  }
}

template <class Unit, class T, Epilogue epilogue, class Function>
void multiply_to(const ProductPart& part, float* scratch) {
  const int64_t columns = part.last_column - part.first_column;
  const int64_t blocks = (units<Unit>(part.depth) + depth_block - 1) / depth_block;
  const int64_t depth_step = (units<Unit>(part.depth) + blocks - 1) / blocks * Unit::depth;
  float* const panel = scratch;
  float* const bias = panel + panel_step(depth_step / Unit::depth);
  float* const sums = bias + panel_width;
  for (int64_t i = 0; i < panel_width; ++i) {
    bias[i] = part.bias != nullptr && i < columns ? part.bias[part.first_column + i] : 0;
  }
  const auto pack = [&](int64_t first, int64_t depth) {
    pack_panel<Unit>(transposed(part.right), part.first_column, part.last_column, first, depth, panel);
  };
  T* const result = static_cast<T*>(part.result) + part.first_column;
  T* const other = part.other == nullptr ? nullptr : static_cast<T*>(part.other) + part.first_column;
  if (blocks == 1 && columns == panel_width) {
    pack(0, part.depth);
    multiply_rows<Unit>(part, part.first_row, part.last_row, 0, part.depth, panel, columns,
                        Result<T, epilogue, Function>{result, other, part.result_stride, bias}.from(part.first_row));
    return;
  }
  for (int64_t row = part.first_row; row < part.last_row; row += row_block) {
    const int64_t last = std::min(row + row_block, part.last_row);
    for (int64_t first = 0; first < part.depth; first += depth_step) {
      const int64_t depth = std::min(depth_step, part.depth - first);
      if (blocks > 1 || row == part.first_row) pack(first, depth);
      multiply_rows<Unit>(part, row, last, first, depth, panel, columns, Sums{sums, panel_width, first > 0});
    }
    for (int64_t i = row; i < last; ++i) {
      const float* const from = sums + (i - row) * panel_width;
      for_lanes(columns, [&](int64_t j, auto lanes) {
        finish<T, epilogue, Function>(result, other, i * part.result_stride + j, load(from + j) + load(bias + j), lanes);
      });
    }
  }
}

template <class Unit, class T>
void multiply_with(const ProductPart& part, float* scratch) {
  if (part.epilogue == Epilogue::none) return multiply_to<Unit, T, Epilogue::none, void>(part, scratch);
  with_functions(part.activation, [&](auto f) {
    if (part.epilogue == Epilogue::value) return multiply_to<Unit, T, Epilogue::value, decltype(f)>(part, scratch);
    multiply_to<Unit, T, Epilogue::slope, decltype(f)>(part, scratch);
  });
}

template <class Unit>
void multiply_in(const ProductPart& part, float* scratch) {
  if (part.result_element == Element::f32) {
    multiply_with<Unit, float>(part, scratch);
  } else {
    multiply_with<Unit, bf16>(part, scratch);
  }
}

void multiply(const ProductPart& part, float* scratch) {
  if (part.left.element == Element::f32) {
    multiply_in<Single>(part, scratch);
  } else {
    multiply_in<UnitOf<bf16>>(part, scratch);
  }
}

int64_t depth_of_unit(Element element) {
  return element == Element::f32 ? 1 : UnitOf<bf16>::depth;
}

bool reads(const Operand& left, int64_t depth) {
  const int64_t unit = depth_of_unit(left.element);
  const bool is_unit = left.element == Element::f32 || unit == 2;
  return is_unit && !left.transposed && depth % unit == 0 && left.stride % unit == 0;
}

int64_t packed_size(Element element, int64_t depth) {
  const int64_t unit = depth_of_unit(element);
  return panel_step((depth + unit - 1) / unit);
}

void pack_left(const Operand& left, int64_t first_row, int64_t last_row, int64_t depth, float* to) {
  if (left.element == Element::f32) {
    pack_panel<Single>(left, first_row, last_row, 0, depth, to);
  } else {
    pack_panel<UnitOf<bf16>>(left, first_row, last_row, 0, depth, to);
  }
}

int64_t scratch_size(int64_t rows, int64_t depth) {
  return panel_width * (std::min(depth, depth_block + 1) + 1 + std::min(rows, row_block));
}

}  // namespace

void DIT_ISA::add_product(CpuKernels& kernels) {
  kernels.product = {panel_width, reads, packed_size, pack_left, scratch_size, multiply};
}

}  // namespace dit
