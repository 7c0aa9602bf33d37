#pragma once

#include "device.h"

// How a stream [batch, tokens, width] is divided: forward passes give a warp each row, backward passes a block each
// part.
namespace dit::cuda {

/// The row of this warp; beyond the last row there is nothing to do.
__device__ inline int64_t row_of_warp() {
  return static_cast<int64_t>(blockIdx.x) * block_warps + warp_in_block();
}

/// The rows [begin, end) of one part of a sample.
struct Part {
  int64_t sample, begin, end;

  __device__ Part(const Shape& shape, int64_t index) {
    const int64_t first = index % shape.parts() * part_rows;
    const int64_t last = first + part_rows < shape.tokens ? first + part_rows : shape.tokens;
    sample = index / shape.parts();
    begin = sample * shape.tokens + first;
    end = sample * shape.tokens + last;
  }
};

/// body(first column), for every pack of columns of one thread's share of a row.
template <int N, class Body>
__device__ void for_columns(int64_t width, int thread, int threads, Body body) {
  for (int64_t i = static_cast<int64_t>(thread) * N; i < width; i += static_cast<int64_t>(threads) * N) body(i);
}

}  // namespace dit::cuda
