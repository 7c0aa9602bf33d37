#pragma once

#include <cuda_runtime.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "kernels.h"

// What the kernels share: elements as floats, several at a time; sums over a warp; the launch.
namespace dit::cuda {

constexpr int block_threads = 128;
constexpr int warp_threads = 32;
constexpr int block_warps = block_threads / warp_threads;
constexpr int pack = 4;  // elements that a thread reads at a time, where they are aligned

template <int N>
struct Floats {
  float at[N];
};

/// Memory of N elements, in one access.
template <class T, int N>
struct alignas(N * sizeof(T)) Pack {
  T at[N];
};

__device__ inline float widen(float value) {
  return value;
}
__device__ inline float widen(bf16 value) {
  return __uint_as_float(static_cast<uint32_t>(value.bits) << 16);
}

__device__ inline void narrow(float value, float& to) {
  to = value;
}
__device__ inline void narrow(float value, bf16& to) {
#ifdef __CUDA_ARCH__
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(to.bits) : "f"(value));  // sm_80 and later
#else
  const uint32_t bits = __float_as_uint(value);
  to.bits = value != value ? 0x7fff : static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
}

template <int N, class T>
__device__ Floats<N> load(const T* from) {
  const Pack<T, N> memory = *reinterpret_cast<const Pack<T, N>*>(from);
  Floats<N> values;
#pragma unroll
  for (int k = 0; k < N; ++k) values.at[k] = widen(memory.at[k]);
  return values;
}

template <int N, class T>
__device__ void store(T* to, const Floats<N>& values) {
  Pack<T, N> memory;
#pragma unroll
  for (int k = 0; k < N; ++k) narrow(values.at[k], memory.at[k]);
  *reinterpret_cast<Pack<T, N>*>(to) = memory;
}

/// The sum over the warp, in every one of its threads.
__device__ inline float warp_sum(float value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  return value;
}

__device__ inline double warp_sum(double value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  return value;
}

__device__ inline int lane_in_warp() {
  return static_cast<int>(threadIdx.x) % warp_threads;
}
__device__ inline int warp_in_block() {
  return static_cast<int>(threadIdx.x) / warp_threads;
}

/// Whether rows of this width (or strides of these lengths) and these pointers can be read in packs.
inline bool in_packs(std::initializer_list<int64_t> lengths) {
  for (int64_t length : lengths) {
    if (length % pack != 0) return false;
  }
  return true;
}

template <class T, class... Others>
bool in_packs(std::initializer_list<int64_t> lengths, const T* pointer, const Others*... others) {
  return reinterpret_cast<uintptr_t>(pointer) % (pack * sizeof(T)) == 0 && in_packs(lengths, others...);
}

/// Blocks of `units` things, of which each block takes `each`.
inline int64_t blocks_for(int64_t units, int64_t each) {
  return (units + each - 1) / each;
}

template <class Arguments>
void launch(void (*kernel)(Arguments), int64_t blocks, const Arguments& arguments, CudaStream stream) {
  static_assert(sizeof(Arguments) <= 4096, "a kernel's arguments may take 4 KiB");
  if (blocks == 0) return;
#ifdef __CUDACC__
  kernel<<<static_cast<unsigned>(blocks), block_threads, 0, stream>>>(arguments);
#else  // the processor plays the device: native/tests/cuda
  emulate(kernel, blocks, block_threads, arguments, stream);
#endif
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string("a CUDA kernel could not be started: ") + cudaGetErrorString(error));
}

}  // namespace dit::cuda

/// Instantiates run(Struct<X, Y, M>) for all types of stream, branch and modulation.
#define DIT_INSTANTIATE(Struct)                                      \
  template void run(const Struct<float, float, float>&, CudaStream); \
  template void run(const Struct<float, float, bf16>&, CudaStream);  \
  template void run(const Struct<float, bf16, float>&, CudaStream);  \
  template void run(const Struct<float, bf16, bf16>&, CudaStream);   \
  template void run(const Struct<bf16, float, float>&, CudaStream);  \
  template void run(const Struct<bf16, float, bf16>&, CudaStream);   \
  template void run(const Struct<bf16, bf16, float>&, CudaStream);   \
  template void run(const Struct<bf16, bf16, bf16>&, CudaStream);
