// As much of CUDA's runtime header as native/torch/cuda/*.cu need to be compiled for a device by clang without a
// toolkit. It declares and defines nothing that could run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __grid_constant__

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  __host__ __device__ constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  __host__ __device__ constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  __host__ __device__ constexpr operator uint3() const { return {x, y, z}; }
};
#include <__clang_cuda_builtin_vars.h>

typedef struct CUstream_st* cudaStream_t;
enum cudaError_t { cudaSuccess };
cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t);
extern "C" unsigned cudaConfigureCall(dim3, dim3, size_t = 0, cudaStream_t = nullptr);

extern "C" __device__ float expf(float);
extern "C" __device__ float erff(float);
extern "C" __device__ float sqrtf(float);
__device__ inline float __uint_as_float(unsigned bits) {
  return __builtin_bit_cast(float, bits);
}
__device__ inline unsigned __float_as_uint(float value) {
  return __builtin_bit_cast(unsigned, value);
}
__device__ inline float __shfl_xor_sync(unsigned mask, float value, int distance) {
  return __nvvm_shfl_sync_bfly_f32(mask, value, distance, 31);
}
__device__ inline double __shfl_xor_sync(unsigned mask, double value, int distance) {
  const auto bits = __builtin_bit_cast(unsigned long long, value);
  const unsigned low = __nvvm_shfl_sync_bfly_i32(mask, static_cast<int>(bits), distance, 31);
  const unsigned high = __nvvm_shfl_sync_bfly_i32(mask, static_cast<int>(bits >> 32), distance, 31);
  return __builtin_bit_cast(double, static_cast<unsigned long long>(high) << 32 | low);
}
