#include "product.h"

#include "kernels.h"

namespace dit {
namespace {

// Multiplications that are worth a thread.
constexpr int64_t grain = int64_t{1} << 19;
// Chunks of rows are multiples of every tile and panel.
constexpr int64_t row_step = 192;

Operand operand(const Matrix& matrix, at::ScalarType multiplied) {
  const Element element = matrix.type == at::kBFloat16  ? Element::bf16
                          : multiplied == at::kBFloat16 ? Element::rounded
                                                        : Element::f32;
  return {matrix.data, matrix.transposed ? matrix.rows : matrix.columns, element, matrix.transposed};
}

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// Rows of a task. Every task packs its panel anew, so small ones are made only to keep all threads busy.
int64_t task_rows(int64_t rows, int64_t panels) {
  const int64_t threads = at::get_num_threads();
  const auto chunks_of = [&](int64_t least_rows, int64_t tasks) {
    return std::clamp<int64_t>(rows / least_rows, 1, divide_up(tasks, panels));
  };
  const int64_t chunks = std::max(chunks_of(row_step, threads), chunks_of(4 * row_step, 4 * threads));
  return divide_up(divide_up(rows, chunks), row_step) * row_step;
}

Tensor pack_left(const Operand& left, int64_t rows, int64_t depth) {
  const ProductKernels& kernels = cpu_kernels().product;
  const int64_t width = kernels.panel_width, size = kernels.packed_size(left.element, depth);
  const Tensor packed = at::empty({divide_up(rows, width), size}, at::kFloat);
  parallel_for(packed.size(0), divide_up(grain / 8, width * depth), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      kernels.pack_left(left, i * width, std::min((i + 1) * width, rows), depth, data<float>(packed) + i * size);
    }
  });
  return packed;
}

}  // namespace

void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c) {
  if (onednn_is_faster(a.type)) {
    const Tensor rounded = at::from_blob(b.data, {b.rows * b.columns}, b.type).to(a.type);
    return onednn_product(a, {rounded.data_ptr(), b.rows, b.columns, a.type, b.transposed}, bias, c);
  }
  product(a, b, bias, c, Epilogue::none, Activation(), nullptr);
}

void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, Epilogue epilogue, Activation activation,
             void* other) {
  const ProductKernels& kernels = cpu_kernels().product;
  const Operand left = operand(a, a.type), right = operand(b, a.type);
  const int64_t rows = a.rows, depth = a.columns, columns = b.columns, width = kernels.panel_width;
  const Tensor packed = kernels.reads(left, depth) ? Tensor() : pack_left(left, rows, depth);
  const int64_t panels = divide_up(columns, width), step = task_rows(rows, panels), chunks = divide_up(rows, step);
  const Element element = c.type == at::kFloat ? Element::f32 : Element::bf16;
  parallel_for(panels * chunks, divide_up(grain, std::min(rows, step) * width * depth), [&](int64_t begin, int64_t end) {
    const Tensor scratch = at::empty({kernels.scratch_size(std::min(rows, step), depth)}, at::kFloat);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t column = task / chunks * width, row = task % chunks * step;
      kernels.multiply({left, right, packed.defined() ? data<float>(packed) : nullptr, bias, c.data, columns, element,
                        epilogue, activation, other, depth, row, std::min(row + step, rows), column,
                        std::min(column + width, columns)},
                       data<float>(scratch));
    }
  });
}

}  // namespace dit
