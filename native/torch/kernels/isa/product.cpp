#include "parts.h"
#include "slices.h"

// The product of two matrices in memory.
namespace dit {
namespace {

// Units of the depth that a packed panel may have: it takes 0.4 MB of the second-level cache.
constexpr int64_t depth_block = 1536;
// Rows whose sums are kept in scratch memory.
constexpr int64_t row_block = 1024;

// The part whose left operand is read as it is: one panel, which stays in the second-level cache while the rows pass by.
template <class Unit, class T, Epilogue epilogue, class Function>
void multiply_panel(const ProductPart& part, float* scratch) {
  const int64_t columns = part.last_column - part.first_column, left_stride = part.left.stride / Unit::depth;
  const int64_t blocks = (units<Unit>(part.depth) + depth_block - 1) / depth_block;
  const int64_t depth_step = (units<Unit>(part.depth) + blocks - 1) / blocks * Unit::depth;
  const Columns panel(scratch, depth_step / Unit::depth, panel_width);
  float* const bias = scratch;
  float* const sums = bias + panel_width;
  copy_bias(part, bias);
  const auto left = [&](int64_t row, int64_t first) {
    return Left{static_cast<const float*>(part.left.data) + row * left_stride + first / Unit::depth, left_stride, 1};
  };
  const auto pack = [&](int64_t first, int64_t depth) {
    pack_right<Unit>(part.right, part.first_column, part.last_column, first, depth, panel.data, panel.step);
  };
  if (blocks == 1 && columns == panel_width) {
    pack(0, part.depth);
    return product_panel<Unit, tile_columns>(left(part.first_row, 0), panel.data, part.last_row - part.first_row,
                                             units<Unit>(part.depth), 0, result<T, epilogue, Function>(part, bias));
  }
  for (int64_t row = part.first_row; row < part.last_row; row += row_block) {
    const int64_t last = std::min(row + row_block, part.last_row);
    for (int64_t first = 0; first < part.depth; first += depth_step) {
      const int64_t depth = std::min(depth_step, part.depth - first);
      if (blocks > 1 || row == part.first_row) pack(first, depth);
      product<Unit>(left(row, first), panel.from(0, 0), last - row, units<Unit>(depth), columns,
                    Sums{sums, panel_width, first > 0});
    }
    finish_rows<T, epilogue, Function>(part, row, last, {sums, panel_width}, bias);
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

template <class Unit, class T, Epilogue epilogue, class Function>
void multiply_to(const ProductPart& part, float* scratch) {
  if (reads(part.left, part.depth)) {
    multiply_panel<Unit, T, epilogue, Function>(part, scratch);
  } else {
    multiply_slices<Unit, T, epilogue, Function>(part, scratch);
  }
}

template <class Unit, class T>
void multiply_with(const ProductPart& part, float* scratch) {
  if (part.epilogue == Epilogue::none) return multiply_to<Unit, T, Epilogue::none, void>(part, scratch);
  with_functions<T>(part.activation, [&](auto f) {
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

int64_t scratch_size(const ProductPart& part) {
  const int64_t rows = part.last_row - part.first_row, columns = padded(part.last_column - part.first_column);
  if (reads(part.left, part.depth)) {
    return panel_width * (std::min(part.depth, depth_block + 1) + 1 + std::min(rows, row_block));
  }
  const int64_t left = part.left.transposed ? slice * row_stride(rows) : rows * row_stride(slice);
  return right_size(slice, columns) + rows * row_stride(columns) + left + columns;
}

}  // namespace

void DIT_ISA::add_product(CpuKernels& kernels) {
  kernels.product = {panel_width, reads, scratch_size, multiply};
}

}  // namespace dit
