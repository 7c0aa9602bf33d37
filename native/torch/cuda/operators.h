#pragma once

#include "../kernels/kernels.h"

// The operators' kernels on CUDA, as functions of tensors. They exist where the library was built with a CUDA toolkit
// (DIT_CUDA_KERNELS); elsewhere DIT_ON_CUDA is nothing and the operators are compositions of libtorch's.
namespace dit::cuda {

#ifdef DIT_CUDA_KERNELS

/// In a build that plays the device on the processor (DIT_CUDA_EMULATION), the tensors of that.
inline bool on_device(const Tensor& x) {
#ifdef DIT_CUDA_EMULATION
  return x.is_cpu();
#else
  return x.is_cuda();
#endif
}

inline bool has_kernel(const Tensor& x) {
  return on_device(x) && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// Whether the optimizer's kernels take these tensors: contiguous, float32, on one device.
bool has_kernel(std::initializer_list<at::TensorList> lists);

/// Leaves the function with what the kernel computes, where there is one for these tensors.
#define DIT_ON_CUDA(call, ...) \
  if (cuda::has_kernel(__VA_ARGS__)) return cuda::call

#else

inline bool has_kernel(const Tensor&) {
  return false;
}
inline bool has_kernel(std::initializer_list<at::TensorList>) {
  return false;
}

#define DIT_ON_CUDA(call, ...)

#endif

Tensor activate(Activation f, const Tensor& x);
Tensor activate_backward(Activation f, const Tensor& grad, const Tensor& x);

Tensor swiglu(const Tensor& x);
Tensor swiglu_backward(const Tensor& grad, const Tensor& x);

/// Also every row's mean and 1 / deviation, float32.
Tensor modulated_norm(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered,
                      at::ScalarType type, Tensor& mean, Tensor& rstd);
/// The gradients of x, shift and scale.
variable_list modulated_norm_backward(const Tensor& grad, const Tensor& x, const Tensor& shift, const Tensor& scale,
                                      bool centered, const Tensor& mean, const Tensor& rstd);

Tensor gated_residual(const Tensor& x, const Tensor& gate, const Tensor& branch);
/// The gradients of x, gate and branch.
variable_list gated_residual_backward(const Tensor& grad, const Tensor& gate, const Tensor& branch);

/// `step`: the numbers of an AdamWStep as bytes, on the device.
void adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
           at::TensorList max_exp_avg_sq, const Tensor& step);
void write_adamw_step(const Tensor& to, const AdamWStep& step);
void ema(at::TensorList shadow, at::TensorList params, double decay);
Tensor grad_norm(at::TensorList grads);
void clip_grad(at::TensorList grads, const Tensor& total_norm, double max_norm);

}  // namespace dit::cuda
