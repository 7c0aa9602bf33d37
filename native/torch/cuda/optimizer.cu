#include "device.h"

namespace dit::cuda {
namespace {

/// The elements of each list that this block takes: one chunk of one tensor.
template <int lists>
struct Chunk {
  float* at[lists];
  int64_t count;

  __device__ explicit Chunk(const Chunks<lists>& all) {
    const int block = static_cast<int>(blockIdx.x);
    int tensor = 0;
    while (block >= all.first_block[tensor + 1]) ++tensor;
    const int64_t first = (block - all.first_block[tensor]) * Chunks<lists>::size, left = all.count[tensor] - first;
    count = left < Chunks<lists>::size ? left : Chunks<lists>::size;
#pragma unroll
    for (int list = 0; list < lists; ++list) at[list] = all.at[list][tensor] + first;
  }

  /// body(index, lanes) for this thread's share, where decltype(lanes)::value is how many elements from there it takes.
  template <class Body>
  __device__ void each(Body body) const {
    bool aligned = true;
#pragma unroll
    for (int list = 0; list < lists; ++list) {
      aligned = aligned && reinterpret_cast<uintptr_t>(at[list]) % (pack * sizeof(float)) == 0;
    }
    const int64_t packed = aligned ? count / pack * pack : 0;
    for (int64_t i = static_cast<int64_t>(threadIdx.x) * pack; i < packed; i += block_threads * pack) {
      body(i, std::integral_constant<int, pack>());
    }
    for (int64_t i = packed + threadIdx.x; i < count; i += block_threads) body(i, std::integral_constant<int, 1>());
  }
};

// Decay, then the two moments, then the corrected step: torch.optim's order.
__device__ inline void adamw_element(const AdamWStep& s, float& parameter, float gradient, float& mean, float& square,
                                     float* peak) {
  if (s.decoupled) {
    parameter *= s.decay;
  } else {
    gradient += parameter * s.weight_decay;
  }
  mean = mean * s.beta1 + gradient * s.one_minus_beta1;
  square = square * s.beta2 + gradient * gradient * s.one_minus_beta2;
  float second = square;
  if (peak != nullptr) second = *peak = *peak > square ? *peak : square;
  parameter -= s.step_size * mean / (sqrtf(second) / s.root_correction2 + s.eps);
}

__global__ void adamw(const __grid_constant__ AdamW a) {
  const Chunk<5> chunk(a.chunks);
  const AdamWStep step = *a.step;
  chunk.each([&](int64_t i, auto lanes) {
    constexpr int N = decltype(lanes)::value;
    float* const* at = chunk.at;
    const Floats<N> gradient = load<N>(at[1] + i);
    Floats<N> parameter = load<N>(at[0] + i), mean = load<N>(at[2] + i), square = load<N>(at[3] + i), peak{};
    if (a.amsgrad) peak = load<N>(at[4] + i);
#pragma unroll
    for (int k = 0; k < N; ++k) {
      adamw_element(step, parameter.at[k], gradient.at[k], mean.at[k], square.at[k], a.amsgrad ? &peak.at[k] : nullptr);
    }
    store<N>(at[0] + i, parameter);
    store<N>(at[2] + i, mean);
    store<N>(at[3] + i, square);
    if (a.amsgrad) store<N>(at[4] + i, peak);
  });
}

__global__ void ema(const __grid_constant__ Ema a) {
  const Chunk<2> chunk(a.chunks);
  chunk.each([&](int64_t i, auto lanes) {
    constexpr int N = decltype(lanes)::value;
    Floats<N> shadow = load<N>(chunk.at[0] + i);
    const Floats<N> value = load<N>(chunk.at[1] + i);
#pragma unroll
    for (int k = 0; k < N; ++k) shadow.at[k] = shadow.at[k] * a.decay + value.at[k] * a.one_minus_decay;
    store<N>(chunk.at[0] + i, shadow);
  });
}

// Squares of floats are exact in double: the sum overflows and cancels nowhere.
__global__ void sum_of_squares(const __grid_constant__ SumOfSquares a) {
  __shared__ double warps[block_warps];
  const Chunk<1> chunk(a.chunks);
  double sum = 0;
  chunk.each([&](int64_t i, auto lanes) {
    constexpr int N = decltype(lanes)::value;
    const Floats<N> v = load<N>(chunk.at[0] + i);
#pragma unroll
    for (int k = 0; k < N; ++k) sum += static_cast<double>(v.at[k]) * v.at[k];
  });
  sum = warp_sum(sum);
  if (lane_in_warp() == 0) warps[warp_in_block()] = sum;
  __syncthreads();
  if (threadIdx.x != 0) return;
  double total = 0;
  for (double warp : warps) total += warp;
  a.sums[blockIdx.x] = total;
}

__global__ void clip(const __grid_constant__ Clip a) {
  const float factor = a.max_norm / (*a.norm + 1e-6f);
  if (factor >= 1.0f) return;
  const Chunk<1> chunk(a.chunks);
  chunk.each([&](int64_t i, auto lanes) {
    constexpr int N = decltype(lanes)::value;
    Floats<N> v = load<N>(chunk.at[0] + i);
#pragma unroll
    for (int k = 0; k < N; ++k) v.at[k] *= factor;
    store<N>(chunk.at[0] + i, v);
  });
}

__global__ void refresh(Refresh a) {
  if (threadIdx.x == 0) *a.to = a.step;
}

template <int lists>
int64_t blocks_of(const Chunks<lists>& chunks) {
  return chunks.first_block[chunks.tensors];
}

}  // namespace

void run(const AdamW& a, CudaStream stream) {
  launch(adamw, blocks_of(a.chunks), a, stream);
}

void run(const Ema& a, CudaStream stream) {
  launch(ema, blocks_of(a.chunks), a, stream);
}

void run(const SumOfSquares& a, CudaStream stream) {
  launch(sum_of_squares, blocks_of(a.chunks), a, stream);
}

void run(const Clip& a, CudaStream stream) {
  launch(clip, blocks_of(a.chunks), a, stream);
}

void run(const Refresh& a, CudaStream stream) {
  launch(refresh, 1, a, stream);
}

}  // namespace dit::cuda
