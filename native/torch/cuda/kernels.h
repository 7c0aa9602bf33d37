#pragma once

#include "../kernels/isa/table.h"

struct CUstream_st;  // cudaStream_t is a pointer to it

#ifdef __CUDACC__
#define DIT_BOTH __host__ __device__
#else
#define DIT_BOTH
#endif

// What the .cu files compute, in plain pointers to device memory: no header of libtorch or CUDA is needed here.
// X is the type of the residual stream, Y that of what a branch reads or gives, M that of the modulation: each float or
// bf16. All accumulate in float32, and no sum depends on the order in which the device runs its threads.
namespace dit::cuda {

using CudaStream = CUstream_st*;

/// Rows of a stream that one block takes in backward passes: it leaves one partial sum for each column.
constexpr int64_t part_rows = 16;

/// One vector [width] for each sample, the samples `stride` elements apart.
template <class M>
struct Vectors {
  const M* data;
  int64_t stride;

  DIT_BOTH const M* of(int64_t sample) const { return data + sample * stride; }
};

/// A stream [batch, tokens, width].
struct Shape {
  int64_t batch, tokens, width;

  DIT_BOTH int64_t rows() const { return batch * tokens; }
  DIT_BOTH int64_t parts() const { return (tokens + part_rows - 1) / part_rows; }  // of one sample
};

/// y = f(x)
template <class T>
struct Activate {
  Activation function;
  const T* x;
  T* y;
  int64_t count;
};

template <class T>
struct ActivateBackward {
  Activation function;
  const T *dy, *x;
  T* dx;
  int64_t count;
};

/// y [rows, width] = silu(a) b, where x [rows, 2 width] holds a and then b.
template <class T>
struct SwiGlu {
  const T* x;
  T* y;
  int64_t rows, width;
};

template <class T>
struct SwiGluBackward {
  const T *dy, *x;
  T* dx;
  int64_t rows, width;
};

/// y = (x - mean) / sqrt(variance + eps) * (1 + scale) + shift; keeps every row's mean and 1 / deviation. Not centered, as
/// an RMS norm is, the mean counts as 0.
template <class X, class Y, class M>
struct Norm {
  Shape shape;
  const X* x;
  Vectors<M> shift, scale;
  float eps;
  bool centered;
  Y* y;
  float *mean, *rstd;
};

/// dx, and the parts' sums for dshift and dscale, [batch, parts, width].
template <class X, class Y, class M>
struct NormBackward {
  Shape shape;
  const Y* dy;
  const X* x;
  Vectors<M> scale;
  const float *mean, *rstd;
  bool centered;
  X* dx;
  float *dshift, *dscale;
};

/// out = x + gate * branch
template <class X, class Y, class M>
struct Gated {
  Shape shape;
  const X* x;
  Vectors<M> gate;
  const Y* branch;
  X* out;
};

/// dbranch, and the parts' sums for dgate, [batch, parts, width].
template <class X, class Y, class M>
struct GatedBackward {
  Shape shape;
  const X* dout;
  Vectors<M> gate;
  const Y* branch;
  Y* dbranch;
  float* dgate;
};

/// Some tensors of each of `lists` parallel lists, cut into chunks of which each block takes one. It travels to the
/// kernel by value, which is what a captured graph can replay.
template <int lists>
struct Chunks {
  static constexpr int capacity = 64;  // a kernel's arguments may take 4 KiB
  static constexpr int64_t size = 8192;
  float* at[lists][capacity];
  int64_t count[capacity];
  int32_t first_block[capacity + 1];
  int32_t tensors = 0;
};

/// Parameters, gradients, both moments, and the largest second moment where it is kept.
struct AdamW {
  Chunks<5> chunks;
  bool amsgrad;
  const AdamWStep* step;  // on the device, so that a captured graph can be replayed with other numbers
};

/// shadow = shadow * decay + value * (1 - decay)
struct Ema {
  Chunks<2> chunks;  // shadows, values
  float decay, one_minus_decay;
};

/// The sum of squares of every block's chunk.
struct SumOfSquares {
  Chunks<1> chunks;
  double* sums;
};

/// values *= min(1, max_norm / (norm + 1e-6))
struct Clip {
  Chunks<1> chunks;
  const float* norm;  // on the device
  float max_norm;
};

/// Writes one optimizer step's numbers to the device.
struct Refresh {
  AdamWStep step;
  AdamWStep* to;
};

// Each starts its kernel on a stream of the current device and returns at once; std::runtime_error where it cannot.
template <class T>
void run(const Activate<T>& arguments, CudaStream stream);
template <class T>
void run(const ActivateBackward<T>& arguments, CudaStream stream);
template <class T>
void run(const SwiGlu<T>& arguments, CudaStream stream);
template <class T>
void run(const SwiGluBackward<T>& arguments, CudaStream stream);
template <class X, class Y, class M>
void run(const Norm<X, Y, M>& arguments, CudaStream stream);
template <class X, class Y, class M>
void run(const NormBackward<X, Y, M>& arguments, CudaStream stream);
template <class X, class Y, class M>
void run(const Gated<X, Y, M>& arguments, CudaStream stream);
template <class X, class Y, class M>
void run(const GatedBackward<X, Y, M>& arguments, CudaStream stream);
void run(const AdamW& arguments, CudaStream stream);
void run(const Ema& arguments, CudaStream stream);
void run(const SumOfSquares& arguments, CudaStream stream);
void run(const Clip& arguments, CudaStream stream);
void run(const Refresh& arguments, CudaStream stream);

}  // namespace dit::cuda
