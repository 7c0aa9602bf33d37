#include <cmath>

#include "kernels.h"

namespace dit {
namespace {

// Rows of queries that one task takes: every task packs the keys and values of its head anew.
constexpr int64_t query_rows = 1024;

void check(const Tensor& qkv, int64_t heads) {
  TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) % (3 * heads) == 0,
              "attention: `qkv` must have the shape [batch, tokens, 3 * heads * head width]; got ", qkv.sizes(),
              " for ", heads, " heads");
}

bool is_fast(const Tensor& qkv) {
  return has_cpu_kernel(qkv) && qkv.numel() > 0;
}

// qkv [B, T, 3D] -> [B, T, D]
Tensor compose(const Tensor& qkv, int64_t heads) {
  const int64_t batch = qkv.size(0), tokens = qkv.size(1), width = qkv.size(2) / (3 * heads);
  const auto parts = qkv.view({batch, tokens, 3, heads, width}).permute({2, 0, 3, 1, 4}).unbind(0);  // [B, H, T, W]
#if DIT_TORCH_AT_LEAST(2, 0)
  const Tensor out = at::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
#else
  const Tensor scores = at::matmul(parts[0] * (1 / std::sqrt(static_cast<double>(width))), parts[1].transpose(-2, -1));
  const Tensor out = at::matmul(at::softmax(scores, -1), parts[2]);
#endif
  return out.transpose(1, 2).reshape({batch, tokens, heads * width});
}

// The packed tensor's geometry, and the views of its heads.
struct Packed {
  int64_t batch, tokens, heads, width;

  Packed(const Tensor& qkv, int64_t heads_)
      : batch(qkv.size(0)), tokens(qkv.size(1)), heads(heads_), width(qkv.size(2) / (3 * heads_)) {}

  // Query (0), key (1) or value (2) of the head with this index in [batch * heads].
  template <class T>
  Rows<T> part(const Tensor& qkv, int64_t head, int64_t which) const {
    const int64_t stride = 3 * heads * width;
    return {data<std::remove_const_t<T>>(qkv) + head / heads * tokens * stride + (which * heads + head % heads) * width,
            stride};
  }

  template <class T>
  Rows<T> result(const Tensor& out, int64_t head) const {
    return {data<std::remove_const_t<T>>(out) + head / heads * tokens * heads * width + head % heads * width,
            heads * width};
  }

  template <class T>
  AttentionHead<T> head(const Tensor& qkv, int64_t index) const {
    return {part<const T>(qkv, index, 0),
            part<const T>(qkv, index, 1),
            part<const T>(qkv, index, 2),
            tokens,
            width,
            1 / std::sqrt(static_cast<float>(width))};
  }
};

// `logsumexp` [B, H, T] is filled where it is defined.
Tensor forward(const Tensor& given, int64_t heads, const Tensor& logsumexp) {
  const Tensor qkv = given.contiguous();
  const Packed packed(qkv, heads);
  const Tensor out = at::empty({packed.batch, packed.tokens, heads * packed.width}, qkv.options());
  const int64_t blocks = (packed.tokens + query_rows - 1) / query_rows;
  with_type(qkv.scalar_type(), [&](auto type) {
    using T = decltype(type);
    at::parallel_for(0, packed.batch * heads * blocks, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch =
          at::empty({cpu_kernels().attention_scratch(packed.tokens, packed.width)}, qkv.options().dtype(at::kFloat));
      for (int64_t task = begin; task < end; ++task) {
        const int64_t head = task / blocks, first = task % blocks * query_rows;
        const int64_t last = std::min(first + query_rows, packed.tokens);
        Rows<T> rows = packed.result<T>(out, head);
        rows.data += first * rows.stride;
        element_kernels<T>().attention(packed.head<T>(qkv, head), first, last, rows,
                                       logsumexp.defined() ? data<float>(logsumexp) + head * packed.tokens : nullptr,
                                       data<float>(scratch));
      }
    });
  });
  return out;
}

Tensor backward(const Tensor& given_grad, const Tensor& given, const Tensor& out, const Tensor& logsumexp,
                int64_t heads) {
  const Tensor qkv = given.contiguous(), grad = given_grad.to(qkv.scalar_type()).contiguous();
  const Packed packed(qkv, heads);
  const Tensor dqkv = at::empty_like(qkv);
  with_type(qkv.scalar_type(), [&](auto type) {
    using T = decltype(type);
    at::parallel_for(0, packed.batch * heads, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch = at::empty({cpu_kernels().attention_backward_scratch(packed.tokens, packed.width)},
                                       qkv.options().dtype(at::kFloat));
      for (int64_t head = begin; head < end; ++head) {
        element_kernels<T>().attention_backward(
            packed.head<T>(qkv, head), packed.result<const T>(out, head), packed.result<const T>(grad, head),
            data<float>(logsumexp) + head * packed.tokens, packed.part<T>(dqkv, head, 0), packed.part<T>(dqkv, head, 1),
            packed.part<T>(dqkv, head, 2), data<float>(scratch));
      }
    });
  });
  return dqkv;
}

struct Attention : torch::autograd::Function<Attention> {
  static Tensor forward(AutogradContext* context, const Tensor& qkv, int64_t heads) {
    const Tensor logsumexp = at::empty({qkv.size(0), heads, qkv.size(1)}, qkv.options().dtype(at::kFloat));
    const Tensor out = dit::forward(qkv, heads, logsumexp);
    context->save_for_backward({qkv, out, logsumexp});
    context->saved_data["heads"] = heads;
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    const int64_t heads = context->saved_data["heads"].toInt();
    if (at::GradMode::is_enabled()) {
      variable_list all =
          differentiate([heads](const variable_list& in) { return compose(in[0], heads); }, {saved[0]}, grads[0]);
      all.emplace_back();
      return all;
    }
    return {dit::backward(grads[0], saved[0], saved[1], saved[2], heads), Tensor()};
  }
};

}  // namespace

Tensor attention(const Tensor& qkv, int64_t heads) {
  check(qkv, heads);
  return is_fast(qkv) ? forward(qkv, heads, Tensor()) : compose(qkv, heads);
}

Tensor attention_autograd(const Tensor& qkv, int64_t heads) {
  check(qkv, heads);
  if (!is_fast(qkv)) return compose(qkv, heads);
  if (needs_grad({qkv})) return Attention::apply(qkv, heads);
  at::AutoDispatchBelowADInplaceOrView below;
  return forward(qkv, heads, Tensor());
}

Tensor attention_autocast(const Tensor& qkv, int64_t heads) {
  const WithoutAutocast guard;
  return attention_autograd(autocast_to(autocast_type(qkv.device().type()), qkv), heads);
}

}  // namespace dit
