#include "kernels.h"
#include "product.h"

// f(x weight1^T + bias1) weight2^T + bias2, where f and its slope meet products that are still in registers.
namespace dit {
namespace {

bool is_fast(const Tensor& x, const Tensor& weight1, const Tensor& bias1, const Tensor& weight2, const Tensor& bias2,
             bool rounds = false) {
  return has_linear_kernel(x, weight1, bias1, rounds) && !onednn_is_faster(x.scalar_type()) &&
         has_linear_kernel(at::empty({1, weight1.size(0)}, x.options()), weight2, bias2, rounds);
}

Tensor compose(const Tensor& x, const Tensor& weight1, const Tensor& bias1, const Tensor& weight2, const Tensor& bias2,
               Activation f) {
  const auto type = x.scalar_type();
  const auto layer = [type](const Tensor& in, const Tensor& weight, const Tensor& bias) {
    return at::linear(in, weight.to(type), bias.defined() ? optional<Tensor>(bias.to(type)) : optional<Tensor>());
  };
  return layer(activate_autograd(f, layer(x, weight1, bias1)), weight2, bias2);
}

// One layer; the values before an activation go to `before` where that is defined.
Tensor layer(const Tensor& x, const Tensor& weight, const Tensor& bias, Epilogue epilogue = Epilogue::none,
             Activation f = {}, const Tensor& before = {}) {
  const Tensor offset = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  const Tensor y = at::empty(shape, x.options());
  product(matrix(x), transposed(matrix(weight.contiguous())), offset.defined() ? data<float>(offset) : nullptr,
          matrix(y), epilogue, f, before.defined() ? before.data_ptr() : nullptr);
  return y;
}

struct Mlp : torch::autograd::Function<Mlp> {
  static Tensor forward(AutogradContext* context, const Tensor& given, const Tensor& weight1,
                        const optional<Tensor>& bias1, const Tensor& weight2, const optional<Tensor>& bias2,
                        int64_t activation) {
    const auto f = static_cast<Activation>(activation);
    const Tensor x = given.contiguous();
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = weight1.size(0);
    // ReLU has the same slope at its result.
    const Tensor before = f == Activation::relu ? Tensor() : at::empty(shape, x.options());
    const Tensor hidden = layer(x, weight1, bias1.value_or(Tensor()), Epilogue::value, f, before);
    context->save_for_backward({given, weight1, bias1.value_or(Tensor()), weight2, bias2.value_or(Tensor()),
                                before.defined() ? before : hidden, hidden});
    context->saved_data["f"] = activation;
    return layer(hidden, weight2, bias2.value_or(Tensor()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight1 = saved[1], &bias1 = saved[2], &weight2 = saved[3], &bias2 = saved[4];
    const Tensor &before = saved[5], &hidden = saved[6];
    const auto f = static_cast<Activation>(context->saved_data["f"].toInt());
    if (at::GradMode::is_enabled()) {
      variable_list all =
          differentiate([f](const variable_list& in) { return compose(in[0], in[1], in[2], in[3], in[4], f); },
                        {x, weight1, bias1, weight2, bias2}, grads[0]);
      all.resize(6);
      return all;
    }
    // Autograd counts the tensors that there are.
    const size_t at_weight2 = bias1.defined() ? 3 : 2, at_bias2 = at_weight2 + 1;
    const Tensor grad = grads[0].to(x.scalar_type()).contiguous();
    Tensor grad_x, grad_weight1, grad_bias1, grad_weight2, grad_bias2;
    const bool of_bias1 = bias1.defined() && context->needs_input_grad(2);
    const bool of_bias2 = bias2.defined() && context->needs_input_grad(at_bias2);
    std::tie(grad_weight2, grad_bias2) =
        layer_gradients(grad, hidden, weight2, bias2, context->needs_input_grad(at_weight2), of_bias2);
    if (context->needs_input_grad(0) || context->needs_input_grad(1) || of_bias1) {
      const Tensor grad_before = at::empty(before.sizes(), before.options());
      product(matrix(grad), matrix(weight2.contiguous()), nullptr, matrix(grad_before), Epilogue::slope, f,
              before.data_ptr());
      if (context->needs_input_grad(0)) {
        grad_x = at::empty(x.sizes(), x.options());
        product(matrix(grad_before), matrix(weight1.contiguous()), nullptr, matrix(grad_x));
      }
      std::tie(grad_weight1, grad_bias1) =
          layer_gradients(grad_before, x, weight1, bias1, context->needs_input_grad(1), of_bias1);
    }
    return {grad_x, grad_weight1, grad_bias1, grad_weight2, grad_bias2, Tensor()};
  }
};

Tensor forward(const Tensor& x, const Tensor& weight1, const Tensor& bias1, const Tensor& weight2, const Tensor& bias2,
               Activation f) {
  return layer(layer(x.contiguous(), weight1, bias1, Epilogue::value, f), weight2, bias2);
}

Tensor recorded(const Tensor& x, const Tensor& weight1, const optional<Tensor>& bias1, const Tensor& weight2,
                const optional<Tensor>& bias2, Activation f) {
  const Tensor offset1 = bias1.value_or(Tensor()), offset2 = bias2.value_or(Tensor());
  if (needs_grad({x, weight1, offset1, weight2, offset2})) {
    return Mlp::apply(x, weight1, bias1, weight2, bias2, static_cast<int64_t>(f));
  }
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(x, weight1, offset1, weight2, offset2, f);
}

}  // namespace

Tensor mlp(const Tensor& x, const Tensor& weight1, const optional<Tensor>& bias1, const Tensor& weight2,
           const optional<Tensor>& bias2, c10::string_view activation) {
  const Activation f = activation_named(activation);
  const Tensor offset1 = bias1.value_or(Tensor()), offset2 = bias2.value_or(Tensor());
  return is_fast(x, weight1, offset1, weight2, offset2)
             ? forward(x, weight1, offset1, weight2, offset2, f)
             : dit::linear(activate(f, dit::linear(x, weight1, bias1)), weight2, bias2);
}

Tensor mlp_autograd(const Tensor& x, const Tensor& weight1, const optional<Tensor>& bias1, const Tensor& weight2,
                    const optional<Tensor>& bias2, c10::string_view activation) {
  const Activation f = activation_named(activation);
  return is_fast(x, weight1, bias1.value_or(Tensor()), weight2, bias2.value_or(Tensor()))
             ? recorded(x, weight1, bias1, weight2, bias2, f)
             : linear_autograd(activate_autograd(f, linear_autograd(x, weight1, bias1)), weight2, bias2);
}

Tensor mlp_autocast(const Tensor& x, const Tensor& weight1, const optional<Tensor>& bias1, const Tensor& weight2,
                    const optional<Tensor>& bias2, c10::string_view activation) {
  const Activation f = activation_named(activation);
  const Tensor input = autocast_to(autocast_type(x.device().type()), x);
  if (is_fast(input, weight1, bias1.value_or(Tensor()), weight2, bias2.value_or(Tensor()), true)) {
    const WithoutAutocast guard;
    return recorded(input, weight1, bias1, weight2, bias2, f);
  }
  return linear_autocast(activate_autograd(f, linear_autocast(input, weight1, bias1)), weight2, bias2);
}

}  // namespace dit
