#include "kernels.h"
#include "stream.h"

namespace dit {
namespace {

bool is_fast(const Tensor& x, const Tensor& gate, const Tensor& branch) {
  return is_stream(x) && is_stream(branch) && branch.sizes() == x.sizes() && branch.device() == x.device() &&
         is_modulation(gate, x);
}

// x and branch [B, ..., D], gate [B, D]
Tensor compose(const Tensor& x, const Tensor& gate, const Tensor& branch) {
  const auto type = x.scalar_type();
  return at::addcmul(x, over_rows(gate, x).to(type), branch.to(type));
}

Tensor forward(const Tensor& given, const Tensor& gate, const Tensor& given_branch) {
  DIT_ON_CUDA(gated_residual(given, gate, given_branch), given);
  const Tensor x = given.contiguous(), branch = given_branch.contiguous(), gates = as_float(gate);
  const Tensor out = at::empty_like(x);
  const Stream stream(x);
  with_type(x.scalar_type(), [&](auto x_type) {
    with_type(branch.scalar_type(), [&](auto y_type) {
      using X = decltype(x_type);
      using Y = decltype(y_type);
      stream.for_parts([&](int64_t sample, int64_t, int64_t row, int64_t rows) {
        const int64_t at = row * stream.width;
        stream_kernels<X, Y>().gated(data<X>(x) + at, vector_of(gates, sample), data<Y>(branch) + at, rows,
                                     stream.width, data<X>(out) + at);
      });
    });
  });
  return out;
}

// The gradients of x (the incoming one itself), gate and branch.
variable_list backward(const Tensor& given_grad, const Tensor& gate, const Tensor& given_branch) {
  DIT_ON_CUDA(gated_residual_backward(given_grad, gate, given_branch), given_grad);
  const Tensor grad = given_grad.contiguous(), branch = given_branch.contiguous(), gates = as_float(gate);
  const Tensor dbranch = at::empty_like(branch);
  const Stream stream(grad);
  const Tensor dgate = stream.partial_sums(grad);
  with_type(grad.scalar_type(), [&](auto x_type) {
    with_type(branch.scalar_type(), [&](auto y_type) {
      using X = decltype(x_type);
      using Y = decltype(y_type);
      stream.for_parts([&](int64_t sample, int64_t part, int64_t row, int64_t rows) {
        const int64_t at = row * stream.width;
        stream_kernels<X, Y>().gated_backward(data<X>(grad) + at, vector_of(gates, sample), data<Y>(branch) + at,
                                              rows, stream.width, data<Y>(dbranch) + at,
                                              stream.begin_sum(dgate, part));
      });
    });
  });
  return {given_grad, stream.total(dgate).to(gate.scalar_type()), dbranch};
}

struct GatedResidual : torch::autograd::Function<GatedResidual> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& gate, const Tensor& branch) {
    context->save_for_backward({x, gate, branch});
    return dit::forward(x, gate, branch);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    if (at::GradMode::is_enabled()) {
      return differentiate([](const variable_list& in) { return compose(in[0], in[1], in[2]); }, saved, grads[0]);
    }
    return dit::backward(grads[0], saved[1], saved[2]);
  }
};

}  // namespace

Tensor gated_residual(const Tensor& x, const Tensor& gate, const Tensor& branch) {
  check_modulation("gated_residual: `gate`", gate, x);
  return is_fast(x, gate, branch) ? forward(x, gate, branch) : compose(x, gate, branch);
}

Tensor gated_residual_autograd(const Tensor& x, const Tensor& gate, const Tensor& branch) {
  check_modulation("gated_residual: `gate`", gate, x);
  if (!is_fast(x, gate, branch)) return compose(x, gate, branch);
  if (needs_grad({x, gate, branch})) return GatedResidual::apply(x, gate, branch);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(x, gate, branch);
}

}  // namespace dit
