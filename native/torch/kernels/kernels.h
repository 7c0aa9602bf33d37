#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "isa/table.h"
#include "torch_version.h"

// What the operators of the `dit` library share. Each operator has
//   - a composition of ATen calls: its meaning, used on every device and type that has no kernel here, and to
//     differentiate twice;
//   - CPU kernels for float32 and bfloat16, forward and backward;
//   - an autograd function that ties them together, and its behaviour under autocast.
namespace dit {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

inline bool has_cpu_kernel(const Tensor& x) {
  return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// Whether autograd has to record a call with these tensors (undefined ones are skipped).
inline bool needs_grad(std::initializer_list<Tensor> tensors) {
  if (!at::GradMode::is_enabled()) return false;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined() && tensor.requires_grad()) return true;
  }
  return false;
}

/// For kernels that write behind the dispatcher's back: autograd has to be told that saved values are stale.
inline void mark_changed(at::TensorList tensors) {
  for (const Tensor& tensor : tensors) {
    if (!tensor.is_inference()) tensor.unsafeGetTensorImpl()->bump_version();
  }
}

inline int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/// body(begin, end) for pieces of [0, count) of at least `grain`, at most `most` for each thread, in parallel. Every thread
/// takes the next piece when it is done with one, so that none waits for another that was interrupted.
template <class Body>
void parallel_for(int64_t count, int64_t grain, Body body, int64_t most = 4) {
  const int64_t threads = at::in_parallel_region() ? 1 : at::get_num_threads();
  const int64_t piece = std::max(std::max<int64_t>(grain, 1), divide_up(count, most * threads));
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min(threads, divide_up(count, piece)), 1, [&](int64_t, int64_t) {
    for (int64_t begin; (begin = next.fetch_add(piece)) < count;) body(begin, std::min(begin + piece, count));
  });
}

/// Calls body(float()) or body(bf16()), as the type says.
template <class Body>
void with_type(at::ScalarType type, Body body) {
  if (type == at::kFloat) {
    body(float());
  } else {
    body(bf16());
  }
}

template <class T>
T* data(const Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

template <class T>
const ElementKernels<T>& element_kernels();
template <>
inline const ElementKernels<float>& element_kernels() {
  return cpu_kernels().f32;
}
template <>
inline const ElementKernels<bf16>& element_kernels() {
  return cpu_kernels().b16;
}

template <class X, class Y>
const StreamKernels<X, Y>& stream_kernels() {
  const CpuKernels& all = cpu_kernels();
  if constexpr (std::is_same_v<X, float>) {
    if constexpr (std::is_same_v<Y, float>) {
      return all.f32_f32;
    } else {
      return all.f32_b16;
    }
  } else {
    if constexpr (std::is_same_v<Y, float>) {
      return all.b16_f32;
    } else {
      return all.b16_b16;
    }
  }
}

/// The gradients of `composition` at `inputs` (undefined where none is needed), themselves differentiable.
variable_list differentiate(const std::function<Tensor(const variable_list&)>& composition, const variable_list& inputs,
                            const Tensor& grad);

/// The type that autocast computes in on this device.
at::ScalarType autocast_type(at::DeviceType device);

/// The tensor in that type; the copies of weights are kept until the autocast region ends.
Tensor autocast_to(at::ScalarType type, const Tensor& tensor);

/// Calls within its lifetime do not see autocast.
struct WithoutAutocast {
  c10::impl::ExcludeDispatchKeyGuard guard{
      c10::DispatchKeySet({c10::DispatchKey::AutocastCPU, c10::DispatchKey::AutocastCUDA})};
};

/// Whether linear layers of these tensors have a kernel; `bias` may be undefined. Under autocast the weight may be wider
/// than the input: it is rounded where it is read.
bool has_linear_kernel(const Tensor& input, const Tensor& weight, const Tensor& bias, bool rounds = false);

/// The gradients of a linear layer's weight and bias, those that are wanted, in their shapes and types, from that of its
/// output and from its input.
std::pair<Tensor, Tensor> layer_gradients(const Tensor& grad, const Tensor& input, const Tensor& weight,
                                          const Tensor& bias, bool of_weight, bool of_bias);

/// grad [..., columns] -> float32 [columns]
Tensor column_sums(const Tensor& grad);

// Each operator, in three guises: the CPU kernel or the composition; the same, recorded by autograd; under autocast.
Tensor linear(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias);
Tensor linear_autograd(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias);
Tensor linear_autocast(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias);

using MlpOperator = Tensor(const Tensor& x, const Tensor& weight1, const optional<Tensor>& bias1, const Tensor& weight2,
                           const optional<Tensor>& bias2, c10::string_view activation);
MlpOperator mlp, mlp_autograd, mlp_autocast;

Activation activation_named(c10::string_view name);
Tensor activate(Activation f, const Tensor& x);
Tensor activate_autograd(Activation f, const Tensor& x);

Tensor swiglu(const Tensor& x);
Tensor swiglu_autograd(const Tensor& x);

using AttentionOperator = Tensor(const Tensor& query, int64_t heads, const optional<Tensor>& key,
                                 const optional<Tensor>& value, const optional<Tensor>& mask,
                                 const optional<Tensor>& rotation, const optional<Tensor>& query_weight,
                                 const optional<Tensor>& query_bias, const optional<Tensor>& key_weight,
                                 const optional<Tensor>& key_bias, double eps, optional<double> scale);
AttentionOperator attention, attention_autocast;  // the first also where autograd records

using NormOperator = Tensor(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered);
NormOperator modulated_norm, modulated_norm_autograd, modulated_norm_autocast;

Tensor gated_residual(const Tensor& x, const Tensor& gate, const Tensor& branch);
Tensor gated_residual_autograd(const Tensor& x, const Tensor& gate, const Tensor& branch);

void adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
           at::TensorList max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
           double weight_decay, bool amsgrad, bool decoupled);
void adamw_step(const Tensor& to, int64_t step, double lr, double beta1, double beta2, double eps, double weight_decay,
                bool decoupled);
void adamw_prepared(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                    at::TensorList max_exp_avg_sq, const Tensor& step);
/// With total_norm, gradients count as clipped to max_norm, and shadows (all of the first average, then all of the second)
/// follow by their decays. What the gradients hold afterwards is not defined.
void adamw_alongside(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                     at::TensorList max_exp_avg_sq, const optional<Tensor>& total_norm, double max_norm,
                     at::TensorList shadows, at::ArrayRef<double> decays, int64_t step, double lr, double beta1,
                     double beta2, double eps, double weight_decay, bool amsgrad, bool decoupled);
void ema(at::TensorList shadow, at::TensorList params, double decay);
Tensor grad_norm(at::TensorList grads, double norm_type);
void clip_grad(at::TensorList grads, const Tensor& total_norm, double max_norm);

}  // namespace dit
