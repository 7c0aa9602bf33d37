#include "../cuda/operators.h"
#include "kernels.h"

// silu(a) b, where x [..., 2 F] holds a and then b (Shazeer 2020).
namespace dit {
namespace {

bool is_fast(const Tensor& x) {
  return (has_cpu_kernel(x) || cuda::has_kernel(x)) && x.numel() > 0;
}

void check(const Tensor& x) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) % 2 == 0, "swiglu: `x` must have an even last dimension, [..., 2 F]; got ",
              x.sizes());
}

Tensor compose(const Tensor& x) {
  const std::vector<Tensor> parts = x.chunk(2, -1);
  return at::silu(parts[0]) * parts[1];
}

// body(rows before, rows), in parallel.
template <class Body>
void for_rows(const Tensor& x, Body body) {
  const int64_t width = x.size(-1);
  parallel_for(x.numel() / width, std::max<int64_t>(1, 16384 / width),
               [&](int64_t begin, int64_t end) { body(begin, end - begin); });
}

Tensor forward(const Tensor& given) {
  DIT_ON_CUDA(swiglu(given), given);
  const Tensor x = given.contiguous();
  const int64_t width = x.size(-1) / 2;
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = width;
  const Tensor y = at::empty(shape, x.options());
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    for_rows(x, [&](int64_t row, int64_t rows) {
      element_kernels<T>().swiglu(data<T>(x) + row * 2 * width, rows, width, data<T>(y) + row * width);
    });
  });
  return y;
}

Tensor backward(const Tensor& given_grad, const Tensor& given) {
  DIT_ON_CUDA(swiglu_backward(given_grad, given), given);
  const Tensor x = given.contiguous(), grad = given_grad.to(x.scalar_type()).contiguous();
  const int64_t width = x.size(-1) / 2;
  const Tensor dx = at::empty_like(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    for_rows(x, [&](int64_t row, int64_t rows) {
      element_kernels<T>().swiglu_backward(data<T>(grad) + row * width, data<T>(x) + row * 2 * width, rows, width,
                                           data<T>(dx) + row * 2 * width);
    });
  });
  return dx;
}

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return dit::forward(x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    if (!at::GradMode::is_enabled()) return {dit::backward(grads[0], saved[0])};
    return differentiate([](const variable_list& in) { return compose(in[0]); }, saved, grads[0]);
  }
};

}  // namespace

Tensor swiglu(const Tensor& x) {
  check(x);
  return is_fast(x) ? forward(x) : compose(x);
}

Tensor swiglu_autograd(const Tensor& x) {
  check(x);
  if (!is_fast(x)) return compose(x);
  if (needs_grad({x})) return SwiGlu::apply(x);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(x);
}

}  // namespace dit
