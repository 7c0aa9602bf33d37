#pragma once

#include <ATen/ATen.h>

#include "isa/table.h"

namespace dit {

/// A row-major matrix in memory, or the transposed view of one.
struct Matrix {
  void* data;
  int64_t rows;
  int64_t columns;
  at::ScalarType type;
  bool transposed = false;  // element (row, column) is at data[column * rows + row]
};

/// A tensor as a matrix of rows of its last dimension.
inline Matrix matrix(const at::Tensor& tensor) {
  const int64_t columns = tensor.size(-1);
  return {tensor.data_ptr(), tensor.numel() / columns, columns, tensor.scalar_type()};
}

inline Matrix transposed(Matrix m) {
  std::swap(m.rows, m.columns);
  m.transposed = !m.transposed;
  return m;
}

/// c = a b (+ bias [columns of c], where given). All are float32, or a is bfloat16, b bfloat16 or a float32 that is
/// rounded to it, and c either. The result does not depend on the number of threads.
void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c);

/// c = a b without a bias, and what each row of a adds up to, in `sums`; a is transposed.
void product_and_sums(const Matrix& a, const Matrix& b, const Matrix& c, float* sums);

/// With an epilogue; `other` has the shape and the type of c. Never by oneDNN.
void product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, Epilogue epilogue,
             Activation activation, void* other);

/// Whether this build has oneDNN, and it is faster than our own products: with AMX, which those do not use.
bool onednn_is_faster(at::ScalarType type);

/// The product by oneDNN, where a and b are of one type.
void onednn_product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c);

}  // namespace dit
