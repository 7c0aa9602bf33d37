#include "product.h"

#include <limits>
#include <utility>

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

// Rows of a task. Every task packs its panel anew, so small ones are made only to keep all threads busy.
int64_t task_rows(int64_t rows, int64_t panels) {
  const int64_t threads = at::get_num_threads();
  const auto chunks_of = [&](int64_t least_rows, int64_t tasks) {
    return std::clamp<int64_t>(rows / least_rows, 1, divide_up(tasks, panels));
  };
  const int64_t chunks = std::max(chunks_of(row_step, threads), chunks_of(4 * row_step, 8 * threads));
  return divide_up(divide_up(rows, chunks), row_step) * row_step;
}

// The rows and columns of a task where any rectangle will do: those of the division that takes the threads least time.
// A rectangle costs its multiplications and, for what is read and packed, its edges.
std::pair<int64_t, int64_t> rectangle(int64_t rows, int64_t columns, int64_t panel_width) {
  constexpr int64_t most = 192, line = 32;
  const int64_t panels = divide_up(columns, panel_width), threads = at::get_num_threads();
  std::pair<int64_t, int64_t> best;
  double least = std::numeric_limits<double>::infinity();
  for (int64_t across = divide_up(columns, most); across <= panels; ++across) {
    const int64_t width = divide_up(panels, across) * panel_width;
    for (int64_t down = divide_up(rows, most); down <= divide_up(rows, 2 * line); ++down) {
      const int64_t height = divide_up(divide_up(rows, down), line) * line;
      const int64_t tasks = divide_up(rows, height) * divide_up(columns, width);
      const auto rounds = static_cast<double>(divide_up(tasks, threads)) + 0.1;  // the last one ends unevenly
      const double time = rounds * static_cast<double>(width * height + 8 * (width + height));
      if (time < least) least = time, best = {height, width};
    }
  }
  return best;
}

void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, float* sums,
              Epilogue epilogue = Epilogue::none, Activation activation = {}, void* other = nullptr) {
  const ProductKernels& kernels = cpu_kernels().product;
  const Operand left = operand(a, a.type), right = operand(b, a.type);
  const int64_t rows = a.rows, depth = a.columns, columns = b.columns, panel = kernels.panel_width;
  const auto [height, width] = kernels.reads(left, depth) ? std::pair{task_rows(rows, divide_up(columns, panel)), panel}
                                                          : rectangle(rows, columns, panel);
  const int64_t chunks = divide_up(rows, height), tasks = chunks * divide_up(columns, width);
  const Element element = c.type == at::kFloat ? Element::f32 : Element::bf16;
  const auto part = [&, height = height, width = width](int64_t task) {
    const int64_t column = task / chunks * width, row = task % chunks * height;
    return ProductPart{left, right, bias, column == 0 ? sums : nullptr, c.data, columns, element, epilogue, activation,
                       other, depth, row, std::min(row + height, rows), column, std::min(column + width, columns)};
  };
  const ProductPart first = part(0);
  const int64_t work = first.last_row * first.last_column * depth, scratch_size = kernels.scratch_size(first);
  const auto body = [&](int64_t begin, int64_t end) {
    const Tensor scratch = at::empty({scratch_size}, at::kFloat);
    for (int64_t task = begin; task < end; ++task) kernels.multiply(part(task), data<float>(scratch));
  };
  parallel_for(tasks, divide_up(grain, work), body, /*most=*/16);
}

}  // namespace

void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c) {
  if (onednn_is_faster(a.type)) {
    const Tensor rounded = at::from_blob(b.data, {b.rows * b.columns}, b.type).to(a.type);
    return onednn_product(a, {rounded.data_ptr(), b.rows, b.columns, a.type, b.transposed}, bias, c);
  }
  multiply(a, b, bias, c, nullptr);
}

void product_and_sums(const Matrix& a, const Matrix& b, const Matrix& c, float* sums) {
  multiply(a, b, nullptr, c, sums);
}

void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, Epilogue epilogue,
             Activation activation, void* other) {
  multiply(a, b, bias, c, nullptr, epilogue, activation, other);
}

}  // namespace dit
