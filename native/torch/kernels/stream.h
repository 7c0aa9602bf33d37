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

/// Vectors [B, D] in float32, the elements of each side by side: a chunk of a wider product is read where it is.
inline Tensor as_float(const Tensor& vectors) {
  const Tensor wide = vectors.to(at::kFloat);
  return wide.stride(1) == 1 ? wide : wide.contiguous();
}

/// One sample's of the vectors that as_float returned.
inline const float* vector_of(const Tensor& vectors, int64_t sample) {
  return data<float>(vectors) + sample * vectors.stride(0);
}

/// The rows of a stream, divided into parts that no thread count changes, so that no sum depends on it either. Where there
/// are many samples a part is a whole one.
struct Stream {
  int64_t batch, tokens, width, part_rows, parts;  // parts: of one sample

  explicit Stream(const Tensor& x)
      : batch(x.size(0)), tokens(x.numel() / (x.size(0) * x.size(-1))), width(x.size(-1)) {
    constexpr int64_t least_rows = 32, enough_parts = 64;
    part_rows = std::min(tokens, std::max(least_rows, divide_up(rows(), enough_parts)));
    parts = divide_up(tokens, part_rows);
  }

  int64_t rows() const { return batch * tokens; }

  /// body(sample, part index in [batch * parts], first row, rows), in parallel.
  template <class Body>
  void for_parts(Body body) const {
    const int64_t grain = std::max<int64_t>(1, 16384 / (part_rows * width));
    parallel_for(batch * parts, grain, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        const int64_t first = part % parts * part_rows;
        body(part / parts, part, part / parts * tokens + first, std::min(part_rows, tokens - first));
      }
    });
  }

  /// Room for what every part adds up: [B, parts, D], or [B, D] where samples are whole.
  Tensor partial_sums(const Tensor& like) const {
    const auto options = like.options().dtype(at::kFloat);
    return parts == 1 ? at::empty({batch, width}, options) : at::empty({batch, parts, width}, options);
  }

  /// Where a part adds up, from zero on.
  float* begin_sum(const Tensor& partial, int64_t part) const {
    float* const sum = data<float>(partial) + part * width;
    std::fill_n(sum, width, 0.0f);
    return sum;
  }

  /// All parts of a sample: [B, D].
  Tensor total(const Tensor& partial) const { return parts == 1 ? partial : partial.sum(1); }
};

}  // namespace dit
