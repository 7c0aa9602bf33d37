#include "kernels.h"
#include "product.h"

namespace dit {
namespace {

Tensor compose(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return at::linear(input, weight, bias.defined() ? optional<Tensor>(bias) : optional<Tensor>());
}

// input [..., in], weight [out, in], bias [out] -> [..., out]
Tensor forward(const Tensor& given_input, const Tensor& given_weight, const Tensor& bias) {
  const Tensor input = given_input.contiguous(), weight = given_weight.contiguous();
  const Tensor offset = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
  std::vector<int64_t> shape = input.sizes().vec();
  shape.back() = weight.size(0);
  const Tensor output = at::empty(shape, input.options());
  product(matrix(input), transposed(matrix(weight)), offset.defined() ? data<float>(offset) : nullptr, matrix(output));
  return output;
}

struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight,
                        const optional<Tensor>& bias) {
    context->save_for_backward({input, weight, bias.value_or(Tensor())});
    return dit::forward(input, weight, bias.value_or(Tensor()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &input = saved[0], &weight = saved[1], &bias = saved[2];
    if (at::GradMode::is_enabled()) {
      return differentiate(
          [](const variable_list& in) {
            const auto type = in[0].scalar_type();
            return compose(in[0], in[1].to(type), in[2].defined() ? in[2].to(type) : in[2]);
          },
          saved, grads[0]);
    }
    const Tensor grad = grads[0].to(input.scalar_type()).contiguous();
    Tensor grad_input, grad_weight, grad_bias;
    if (context->needs_input_grad(0)) {
      grad_input = at::empty(input.sizes(), input.options());
      product(matrix(grad), matrix(weight.contiguous()), nullptr, matrix(grad_input));
    }
    const bool of_bias = bias.defined() && context->needs_input_grad(2);
    std::tie(grad_weight, grad_bias) =
        layer_gradients(grad, input, weight, bias, context->needs_input_grad(1), of_bias);
    return {grad_input, grad_weight, grad_bias};
  }
};

Tensor recorded(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias) {
  const Tensor offset = bias.value_or(Tensor());
  if (needs_grad({input, weight, offset})) return Linear::apply(input, weight, bias);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(input, weight, offset);
}

}  // namespace

bool has_linear_kernel(const Tensor& input, const Tensor& weight, const Tensor& bias, bool rounds) {
  return has_cpu_kernel(input) &&
         (weight.scalar_type() == input.scalar_type() || (rounds && weight.scalar_type() == at::kFloat)) &&
         input.numel() > 0 && weight.numel() > 0 && input.dim() >= 1 && weight.dim() == 2 &&
         input.size(-1) == weight.size(1) &&
         (!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0) &&
                              (bias.scalar_type() == at::kFloat || bias.scalar_type() == input.scalar_type())));
}

// The parts depend on the shape alone, so the order of the sum does too.
Tensor column_sums(const Tensor& grad) {
  constexpr int64_t part = 64;
  const Matrix all = matrix(grad);
  const int64_t parts = (all.rows + part - 1) / part;
  const Tensor partial = at::empty({parts, all.columns}, grad.options().dtype(at::kFloat));
  with_type(all.type, [&](auto type) {
    using T = decltype(type);
    parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t rows = std::min(part, all.rows - i * part);
        element_kernels<T>().column_sums(data<T>(grad) + i * part * all.columns, rows, all.columns,
                                         data<float>(partial) + i * all.columns);
      }
    });
  });
  if (parts == 1) return partial.view({all.columns});
  const Tensor sums = at::empty({all.columns}, partial.options());
  element_kernels<float>().column_sums(data<float>(partial), parts, all.columns, data<float>(sums));
  return sums;
}

std::pair<Tensor, Tensor> layer_gradients(const Tensor& grad, const Tensor& input, const Tensor& weight,
                                          const Tensor& bias, bool of_weight, bool of_bias) {
  Tensor grad_weight, sums;
  if (of_weight) {
    grad_weight = at::empty(weight.sizes(), weight.options());
    const Tensor rows = input.contiguous();
    const Matrix a = transposed(matrix(grad)), b = matrix(rows), c = matrix(grad_weight);
    if (of_bias && !onednn_is_faster(grad.scalar_type())) {
      sums = at::empty({grad.size(-1)}, grad.options().dtype(at::kFloat));
      product_and_sums(a, b, c, data<float>(sums));
    } else {
      product(a, b, nullptr, c);
    }
  }
  if (of_bias && !sums.defined()) sums = column_sums(grad);
  return {grad_weight, of_bias ? sums.to(bias.scalar_type()) : Tensor()};
}

Tensor linear(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias) {
  const Tensor offset = bias.value_or(Tensor());
  return has_linear_kernel(input, weight, offset) ? forward(input, weight, offset) : compose(input, weight, offset);
}

Tensor linear_autograd(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias) {
  const Tensor offset = bias.value_or(Tensor());
  return has_linear_kernel(input, weight, offset) ? recorded(input, weight, bias) : compose(input, weight, offset);
}

Tensor linear_autocast(const Tensor& input, const Tensor& weight, const optional<Tensor>& bias) {
  const WithoutAutocast guard;
  const auto type = autocast_type(input.device().type());
  const Tensor x = autocast_to(type, input), offset = bias.value_or(Tensor());
  if (has_linear_kernel(x, weight, offset, true)) return recorded(x, weight, bias);
  const Tensor compute = autocast_to(type, weight);
  return linear_autograd(x, compute, offset.defined() ? optional<Tensor>(autocast_to(type, offset)) : bias);
}

}  // namespace dit
