#include "device.h"

namespace dit::cuda {
namespace {

// The functions and their slopes, as in kernels/isa/activations.h.
__device__ inline float sigmoid(float x) {
  return 1.0f / (1.0f + expf(-x));
}

// x * 0.5 * (1 + tanh u) = x * sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3): one exponential.
struct GeluTanh {
  static constexpr float twice_root = 1.59576912f;  // 2 sqrt(2 / pi)
  static constexpr float cubic = 0.044715f;

  static __device__ float gate(float x) { return sigmoid(twice_root * x * (1.0f + cubic * x * x)); }
  static __device__ float value(float x) { return x * gate(x); }
  // With s = sigmoid(2u): d/dx (x s) = s + x s (1 - s) (2u)'.
  static __device__ float slope(float x) {
    const float s = gate(x);
    return s + x * s * (1.0f - s) * twice_root * (1.0f + 3.0f * cubic * x * x);
  }
};

struct GeluErf {
  static __device__ float distribution(float x) { return 0.5f * (1.0f + erff(x * 0.707106781f)); }
  static __device__ float value(float x) { return x * distribution(x); }
  static __device__ float slope(float x) {
    return distribution(x) + x * expf(-0.5f * x * x) * 0.398942280f;  // 1 / sqrt(2 pi)
  }
};

struct Silu {
  static __device__ float value(float x) { return x * sigmoid(x); }
  static __device__ float slope(float x) {
    const float s = sigmoid(x);
    return s * (1.0f + x * (1.0f - s));
  }
};

struct Relu {
  static __device__ float value(float x) { return x < 0.0f ? 0.0f : x; }
  static __device__ float slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }
};

/// body(f) with an activation's functions.
template <class Body>
void with_functions(Activation activation, Body body) {
  switch (activation) {
    case Activation::gelu_tanh:
      return body(GeluTanh());
    case Activation::gelu_erf:
      return body(GeluErf());
    case Activation::silu:
      return body(Silu());
    case Activation::relu:
      return body(Relu());
  }
}

template <int N>
__device__ int64_t first_element() {
  return (static_cast<int64_t>(blockIdx.x) * block_threads + threadIdx.x) * N;
}

template <int N, class Function, class T>
__global__ void forward(Activate<T> a) {
  const int64_t i = first_element<N>();
  if (i >= a.count) return;
  Floats<N> x = load<N>(a.x + i);
#pragma unroll
  for (int k = 0; k < N; ++k) x.at[k] = Function::value(x.at[k]);
  store<N>(a.y + i, x);
}

template <int N, class Function, class T>
__global__ void backward(ActivateBackward<T> a) {
  const int64_t i = first_element<N>();
  if (i >= a.count) return;
  const Floats<N> x = load<N>(a.x + i);
  Floats<N> dy = load<N>(a.dy + i);
#pragma unroll
  for (int k = 0; k < N; ++k) dy.at[k] *= Function::slope(x.at[k]);
  store<N>(a.dx + i, dy);
}

// Element i of the result, and where its row holds a and b.
template <int N, class T>
__global__ void forward(SwiGlu<T> g) {
  const int64_t i = first_element<N>(), at = i + i / g.width * g.width;
  if (i >= g.rows * g.width) return;
  Floats<N> a = load<N>(g.x + at);
  const Floats<N> b = load<N>(g.x + at + g.width);
#pragma unroll
  for (int k = 0; k < N; ++k) a.at[k] = Silu::value(a.at[k]) * b.at[k];
  store<N>(g.y + i, a);
}

template <int N, class T>
__global__ void backward(SwiGluBackward<T> g) {
  const int64_t i = first_element<N>(), at = i + i / g.width * g.width;
  if (i >= g.rows * g.width) return;
  const Floats<N> dy = load<N>(g.dy + i);
  Floats<N> a = load<N>(g.x + at), b = load<N>(g.x + at + g.width);
#pragma unroll
  for (int k = 0; k < N; ++k) {
    const float da = dy.at[k] * b.at[k] * Silu::slope(a.at[k]);
    b.at[k] = dy.at[k] * Silu::value(a.at[k]);
    a.at[k] = da;
  }
  store<N>(g.dx + at, a);
  store<N>(g.dx + at + g.width, b);
}

}  // namespace

template <class T>
void run(const Activate<T>& a, CudaStream stream) {
  with_functions(a.function, [&](auto f) {
    if (in_packs({a.count}, a.x, a.y)) {
      launch(forward<pack, decltype(f), T>, blocks_for(a.count, pack * block_threads), a, stream);
    } else {
      launch(forward<1, decltype(f), T>, blocks_for(a.count, block_threads), a, stream);
    }
  });
}

template <class T>
void run(const ActivateBackward<T>& a, CudaStream stream) {
  with_functions(a.function, [&](auto f) {
    if (in_packs({a.count}, a.dy, a.x, a.dx)) {
      launch(backward<pack, decltype(f), T>, blocks_for(a.count, pack * block_threads), a, stream);
    } else {
      launch(backward<1, decltype(f), T>, blocks_for(a.count, block_threads), a, stream);
    }
  });
}

template <class T>
void run(const SwiGlu<T>& g, CudaStream stream) {
  if (in_packs({g.width}, g.x, g.y)) {
    launch(forward<pack, T>, blocks_for(g.rows * g.width, pack * block_threads), g, stream);
  } else {
    launch(forward<1, T>, blocks_for(g.rows * g.width, block_threads), g, stream);
  }
}

template <class T>
void run(const SwiGluBackward<T>& g, CudaStream stream) {
  if (in_packs({g.width}, g.dy, g.x, g.dx)) {
    launch(backward<pack, T>, blocks_for(g.rows * g.width, pack * block_threads), g, stream);
  } else {
    launch(backward<1, T>, blocks_for(g.rows * g.width, block_threads), g, stream);
  }
}

template void run(const Activate<float>&, CudaStream);
template void run(const Activate<bf16>&, CudaStream);
template void run(const ActivateBackward<float>&, CudaStream);
template void run(const ActivateBackward<bf16>&, CudaStream);
template void run(const SwiGlu<float>&, CudaStream);
template void run(const SwiGlu<bf16>&, CudaStream);
template void run(const SwiGluBackward<float>&, CudaStream);
template void run(const SwiGluBackward<bf16>&, CudaStream);

}  // namespace dit::cuda
