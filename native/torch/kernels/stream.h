#pragma once

#include "../cuda/operators.h"
#include "kernels.h"

// A residual stream x [B, ..., D] and the vectors [B, D] that modulate all rows of a sample.
namespace dit {

inline bool is_stream(const Tensor& x) {
  return (has_cpu_kernel(x) || cuda::has_kernel(x)) && x.dim() >= 2 && x.numel() > 0;
}

inline bool is_modulation(const Tensor& vector, const Tensor& x) {
  return (has_cpu_kernel(vector) || cuda::has_kernel(vector)) && vector.device() == x.device() && vector.dim() == 2 && vector.size(0) == x.size(0) && vector.size(1) == x.size(-1);
}

inline void check_modulation(const char* what, const Tensor& vector, const Tensor& x) {
  TORCH_CHECK(x.dim() >= 2 && vector.dim() == 2 && vector.size(0) == x.size(0) && vector.size(1) == x.size(-1), what,
              " must have the shape [batch, width] of x [batch, ..., width]; got ", vector.sizes(), " for ", x.sizes());
}

/// [B, D] -> [B, 1, ..., D]
inline Tensor over_rows(const Tensor& vector, const Tensor& x) {
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape.front() = vector.size(0);
  shape.back() = vector.size(1);
  return vector.reshape(shape);
}

inline Tensor as_float(const Tensor& vector) {
  return vector.to(at::kFloat).contiguous();
}

/// The rows of a stream, divided into parts that no thread count changes, so that no sum depends on it either.
struct Stream {
  static constexpr int64_t part_rows = 32;
  int64_t batch, tokens, width, parts;  // parts: of one sample

  explicit Stream(const Tensor& x)
      : batch(x.size(0)),
        tokens(x.numel() / (x.size(0) * x.size(-1))),
        width(x.size(-1)),
        parts((tokens + part_rows - 1) / part_rows) {}

  int64_t rows() const { return batch * tokens; }

  /// body(sample, part index in [batch * parts], first row, rows), in parallel.
  template <class Body>
  void for_parts(Body body) const {
    const int64_t grain = std::max<int64_t>(1, 16384 / (std::min(tokens, part_rows) * width));
    parallel_for(batch * parts, grain, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        const int64_t first = part % parts * part_rows;
        body(part / parts, part, part / parts * tokens + first, std::min(part_rows, tokens - first));
      }
    });
  }

  /// Zeros for what every part adds up: [B, parts, D].
  Tensor partial_sums(const Tensor& like) const {
    return at::zeros({batch, parts, width}, like.options().dtype(at::kFloat));
  }

  /// [B, parts, D] -> [B, D]
  Tensor total(const Tensor& partial) const { return parts == 1 ? partial.squeeze(1) : partial.sum(1); }
};

}  // namespace dit
