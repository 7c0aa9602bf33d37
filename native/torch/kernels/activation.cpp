#include "../cuda/operators.h"
#include "kernels.h"

namespace dit {
namespace {

constexpr int64_t grain = 16384;

bool is_fast(const Tensor& x) {
  return has_cpu_kernel(x) || cuda::has_kernel(x);
}

Tensor compose(Activation f, const Tensor& x) {
  switch (f) {
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::gelu_erf:
      return at::gelu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::relu:
      return at::relu(x);
  }
  return x;
}

// Element by element in memory order: any layout without gaps is as good as a contiguous one.
Tensor forward(Activation f, const Tensor& given) {
  DIT_ON_CUDA(activate(f, given), given);
  const Tensor x = given.is_non_overlapping_and_dense() ? given : given.contiguous();
  const Tensor y = at::empty_like(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    parallel_for(x.numel(), grain, [&](int64_t begin, int64_t end) {
      element_kernels<T>().activate(f, data<T>(x) + begin, data<T>(y) + begin, end - begin);
    });
  });
  return y;
}

Tensor backward(Activation f, const Tensor& given_grad, const Tensor& given) {
  DIT_ON_CUDA(activate_backward(f, given_grad, given), given);
  const Tensor x = given.contiguous(), grad = given_grad.to(x.scalar_type()).contiguous();
  const Tensor dx = at::empty_like(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    parallel_for(x.numel(), grain, [&](int64_t begin, int64_t end) {
      element_kernels<T>().activate_backward(f, data<T>(grad) + begin, data<T>(x) + begin, data<T>(dx) + begin,
                                             end - begin);
    });
  });
  return dx;
}

struct Activate : torch::autograd::Function<Activate> {
  static Tensor forward(AutogradContext* context, int64_t f, const Tensor& x) {
    context->save_for_backward({x});
    context->saved_data["f"] = f;
    return dit::forward(static_cast<Activation>(f), x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    const auto f = static_cast<Activation>(context->saved_data["f"].toInt());
    if (!at::GradMode::is_enabled()) return {Tensor(), dit::backward(f, grads[0], saved[0])};
    return {Tensor(), differentiate([f](const variable_list& in) { return compose(f, in[0]); }, saved, grads[0])[0]};
  }
};

}  // namespace

Activation activation_named(c10::string_view name) {
  if (name == "gelu_tanh") return Activation::gelu_tanh;
  if (name == "gelu_erf") return Activation::gelu_erf;
  if (name == "silu") return Activation::silu;
  if (name == "relu") return Activation::relu;
  TORCH_CHECK(false, "`activation` must be gelu_tanh, gelu_erf, silu or relu; got ", name);
}

Tensor activate(Activation f, const Tensor& x) {
  return is_fast(x) ? forward(f, x) : compose(f, x);
}

Tensor activate_autograd(Activation f, const Tensor& x) {
  if (is_fast(x) && needs_grad({x})) return Activate::apply(static_cast<int64_t>(f), x);
  if (!is_fast(x)) return compose(f, x);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(f, x);
}

}  // namespace dit
