#include "device.h"

namespace dit::cuda {
namespace {

// gelu_tanh(x) = x * 0.5 * (1 + tanh u) = x * sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3): one exponential.
constexpr float twice_root = 1.59576912f;  // 2 sqrt(2 / pi)
constexpr float cubic = 0.044715f;

__device__ inline float gate(float x) {
  return 1.0f / (1.0f + expf(-twice_root * x * (1.0f + cubic * x * x)));
}

__device__ inline float gelu(float x) {
  return x * gate(x);
}

// With s = sigmoid(2u): d/dx (x s) = s + x s (1 - s) (2u)'.
__device__ inline float gelu_slope(float x) {
  const float s = gate(x);
  return s + x * s * (1.0f - s) * twice_root * (1.0f + 3.0f * cubic * x * x);
}

template <int N>
__device__ int64_t first_element() {
  return (static_cast<int64_t>(blockIdx.x) * block_threads + threadIdx.x) * N;
}

template <int N, class T>
__global__ void forward(Gelu<T> a) {
  const int64_t i = first_element<N>();
  if (i >= a.count) return;
  Floats<N> x = load<N>(a.x + i);
#pragma unroll
  for (int k = 0; k < N; ++k) x.at[k] = gelu(x.at[k]);
  store<N>(a.y + i, x);
}

template <int N, class T>
__global__ void backward(GeluBackward<T> a) {
  const int64_t i = first_element<N>();
  if (i >= a.count) return;
  const Floats<N> x = load<N>(a.x + i);
  Floats<N> dy = load<N>(a.dy + i);
#pragma unroll
  for (int k = 0; k < N; ++k) dy.at[k] *= gelu_slope(x.at[k]);
  store<N>(a.dx + i, dy);
}

}  // namespace

template <class T>
void run(const Gelu<T>& a, CudaStream stream) {
  if (in_packs({a.count}, a.x, a.y)) {
    launch(forward<pack, T>, blocks_for(a.count, pack * block_threads), a, stream);
  } else {
    launch(forward<1, T>, blocks_for(a.count, block_threads), a, stream);
  }
}

template <class T>
void run(const GeluBackward<T>& a, CudaStream stream) {
  if (in_packs({a.count}, a.dy, a.x, a.dx)) {
    launch(backward<pack, T>, blocks_for(a.count, pack * block_threads), a, stream);
  } else {
    launch(backward<1, T>, blocks_for(a.count, block_threads), a, stream);
  }
}

template void run(const Gelu<float>&, CudaStream);
template void run(const Gelu<bf16>&, CudaStream);
template void run(const GeluBackward<float>&, CudaStream);
template void run(const GeluBackward<bf16>&, CudaStream);

}  // namespace dit::cuda
