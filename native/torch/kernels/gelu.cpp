#include "../cuda/operators.h"
#include "kernels.h"

namespace dit {
namespace {

constexpr int64_t grain = 16384;

bool is_fast(const Tensor& x) {
  return has_cpu_kernel(x) || cuda::has_kernel(x);
}

Tensor compose(const Tensor& x) {
  return at::gelu(x, "tanh");
}

// Element by element in memory order: any layout without gaps is as good as a contiguous one.
Tensor forward(const Tensor& given) {
  DIT_ON_CUDA(gelu_tanh(given), given);
  const Tensor x = given.is_non_overlapping_and_dense() ? given : given.contiguous();
  const Tensor y = at::empty_like(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    parallel_for(x.numel(), grain, [&](int64_t begin, int64_t end) {
      element_kernels<T>().gelu(data<T>(x) + begin, data<T>(y) + begin, end - begin);
    });
  });
  return y;
}

Tensor backward(const Tensor& given_grad, const Tensor& given) {
  DIT_ON_CUDA(gelu_tanh_backward(given_grad, given), given);
  const Tensor x = given.contiguous(), grad = given_grad.to(x.scalar_type()).contiguous();
  const Tensor dx = at::empty_like(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    parallel_for(x.numel(), grain, [&](int64_t begin, int64_t end) {
      element_kernels<T>().gelu_backward(data<T>(grad) + begin, data<T>(x) + begin, data<T>(dx) + begin, end - begin);
    });
  });
  return dx;
}

struct Gelu : torch::autograd::Function<Gelu> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return dit::forward(x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    if (at::GradMode::is_enabled()) {
      return differentiate([](const variable_list& in) { return compose(in[0]); }, saved, grads[0]);
    }
    return {dit::backward(grads[0], saved[0])};
  }
};

}  // namespace

Tensor gelu_tanh(const Tensor& x) {
  return is_fast(x) ? forward(x) : compose(x);
}

Tensor gelu_tanh_autograd(const Tensor& x) {
  if (is_fast(x) && needs_grad({x})) return Gelu::apply(x);
  if (!is_fast(x)) return compose(x);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(x);
}

}  // namespace dit
