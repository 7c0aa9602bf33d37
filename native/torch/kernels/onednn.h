#pragma once

#include <ATen/ATen.h>

namespace dit {

/// A row-major matrix in memory, or the transposed view of one.
struct Matrix {
  void* data;
  int64_t rows;
  int64_t columns;
  at::ScalarType type;
  bool transposed = false;  // element (row, column) is at data[column * rows + row]
};

/// c = a b (+ bias [1, columns of c], where given), by oneDNN. Only for types that onednn_has.
void onednn_product(const Matrix& a, const Matrix& b, const Matrix* bias, const Matrix& c);

/// Whether this build has oneDNN, and the processor multiplies this type natively.
bool onednn_has(at::ScalarType type);

}  // namespace dit
