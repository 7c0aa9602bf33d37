#include "kernels.h"

using at::Tensor;
using dit::Activation;

// The operators as PyTorch sees them: torch.ops.dit.* after torch.ops.load_library, and dit::* in the dispatcher.
TORCH_LIBRARY(dit, m) {
  m.def("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor");
  m.def(
      "mlp(Tensor x, Tensor weight1, Tensor? bias1, Tensor weight2, Tensor? bias2, str activation='gelu_tanh') -> "
      "Tensor");
  m.def("gelu_tanh(Tensor x) -> Tensor");
  m.def("gelu_erf(Tensor x) -> Tensor");
  m.def("silu(Tensor x) -> Tensor");
  m.def("swiglu(Tensor x) -> Tensor");
  m.def(
      "attention(Tensor query, int heads, Tensor? key=None, Tensor? value=None, Tensor? mask=None, "
      "Tensor? rotation=None, Tensor? query_weight=None, Tensor? query_bias=None, Tensor? key_weight=None, "
      "Tensor? key_bias=None, float eps=1e-06, float? scale=None) -> Tensor");
  m.def("modulated_norm(Tensor x, Tensor shift, Tensor scale, float eps=1e-06, bool centered=True) -> Tensor");
  m.def("gated_residual(Tensor x, Tensor gate, Tensor branch) -> Tensor");
  m.def(
      "adamw_(Tensor(a!)[] params, Tensor[] grads, Tensor(b!)[] exp_avg, Tensor(c!)[] exp_avg_sq, "
      "Tensor(d!)[] max_exp_avg_sq, int step, float lr, float beta1, float beta2, float eps, float weight_decay, "
      "bool amsgrad, bool decoupled) -> ()");
  m.def(
      "adamw_step_(Tensor(a!) to, int step, float lr, float beta1, float beta2, float eps, float weight_decay, "
      "bool decoupled) -> ()");
  m.def(
      "adamw_.prepared(Tensor(a!)[] params, Tensor[] grads, Tensor(b!)[] exp_avg, Tensor(c!)[] exp_avg_sq, "
      "Tensor(d!)[] max_exp_avg_sq, Tensor step) -> ()");
  m.def(
      "adamw_.alongside(Tensor(a!)[] params, Tensor(e!)[] grads, Tensor(b!)[] exp_avg, Tensor(c!)[] exp_avg_sq, "
      "Tensor(d!)[] max_exp_avg_sq, Tensor? total_norm, float max_norm, Tensor(f!)[] shadows, float[] decays, int step, "
      "float lr, float beta1, float beta2, float eps, float weight_decay, bool amsgrad, bool decoupled) -> ()");
  m.def("ema_(Tensor(a!)[] shadow, Tensor[] params, float decay) -> ()");
  m.def("grad_norm(Tensor[] grads, float norm_type=2.) -> Tensor");
  m.def("clip_grad_(Tensor(a!)[] grads, Tensor total_norm, float max_norm) -> ()");
}

// Every device: the functions look at the tensors and take the kernel or the composition.
TORCH_LIBRARY_IMPL(dit, CompositeExplicitAutograd, m) {
  m.impl("linear", &dit::linear);
  m.impl("mlp", &dit::mlp);
  m.impl("gelu_tanh", [](const Tensor& x) { return dit::activate(Activation::gelu_tanh, x); });
  m.impl("gelu_erf", [](const Tensor& x) { return dit::activate(Activation::gelu_erf, x); });
  m.impl("silu", [](const Tensor& x) { return dit::activate(Activation::silu, x); });
  m.impl("swiglu", &dit::swiglu);
  m.impl("attention", &dit::attention);
  m.impl("modulated_norm", &dit::modulated_norm);
  m.impl("gated_residual", &dit::gated_residual);
  m.impl("adamw_", &dit::adamw);
  m.impl("adamw_step_", &dit::adamw_step);
  m.impl("adamw_.prepared", &dit::adamw_prepared);
  m.impl("adamw_.alongside", &dit::adamw_alongside);
  m.impl("ema_", &dit::ema);
  m.impl("grad_norm", &dit::grad_norm);
  m.impl("clip_grad_", &dit::clip_grad);
}

TORCH_LIBRARY_IMPL(dit, Autograd, m) {
  m.impl("linear", &dit::linear_autograd);
  m.impl("mlp", &dit::mlp_autograd);
  m.impl("gelu_tanh", [](const Tensor& x) { return dit::activate_autograd(Activation::gelu_tanh, x); });
  m.impl("gelu_erf", [](const Tensor& x) { return dit::activate_autograd(Activation::gelu_erf, x); });
  m.impl("silu", [](const Tensor& x) { return dit::activate_autograd(Activation::silu, x); });
  m.impl("swiglu", &dit::swiglu_autograd);
  m.impl("attention", &dit::attention);
  m.impl("modulated_norm", &dit::modulated_norm_autograd);
  m.impl("gated_residual", &dit::gated_residual_autograd);
  // Nothing to record; libtorch 1.13 has no such rule of its own for the device `meta`.
  for (const char* name : {"adamw_", "adamw_step_", "adamw_.prepared", "adamw_.alongside", "ema_", "grad_norm", "clip_grad_"}) {
    m.impl(name, torch::CppFunction::makeFallthrough());
  }
}

#define DIT_AUTOCAST(key)                                    \
  TORCH_LIBRARY_IMPL(dit, key, m) {                          \
    m.impl("linear", &dit::linear_autocast);                 \
    m.impl("mlp", &dit::mlp_autocast);                       \
    m.impl("attention", &dit::attention_autocast);           \
    m.impl("modulated_norm", &dit::modulated_norm_autocast); \
  }

DIT_AUTOCAST(AutocastCPU)
DIT_AUTOCAST(AutocastCUDA)
