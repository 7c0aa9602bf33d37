#include "attention_heads.h"

namespace dit {
namespace {

// A task takes at least so many rows of queries: it packs the keys and values of its head anew.
constexpr int64_t least_rows = 192;
// Keys that one task of the backward pass takes, where there are fewer heads than tasks are wanted. Their number is a
// matter of the shape alone, as the parts of the queries' gradients are added up.
constexpr int64_t key_rows = 2048;
constexpr int64_t wanted_tasks = 16;

// `softmax` [B, H, 2, T], with which the kernels make the weights again, is filled where it is defined.
Tensor forward(const AttentionCall& given, const Tensor& softmax) {
  const AttentionHeads all(given);
  const Tensor out = at::empty({all.batch, all.queries, all.heads * all.width}, given.query.options());
  const int64_t wanted =
      std::min(divide_up(4 * at::get_num_threads(), all.count()), divide_up(all.queries, least_rows));
  const int64_t rows = divide_up(divide_up(all.queries, wanted), least_rows) * least_rows;
  const int64_t blocks = divide_up(all.queries, rows);
  all.with_element([&](auto type) {
    using T = decltype(type);
    parallel_for(all.count() * blocks, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch =
          at::empty({cpu_kernels().attention_scratch(all.keys, all.width)}, out.options().dtype(at::kFloat));
      for (int64_t task = begin; task < end; ++task) {
        const int64_t head = task / blocks, first = task % blocks * rows;
        AttentionHead<T> current = all.head<T>(head);
        if (blocks == 1 && all.is_fetched(head + 1)) {
          current.ahead.add(all.result<const T>(out, head), all.queries);
          all.add_parts(current.ahead, all.call, head + 1);
        }
        element_kernels<T>().attention(
            current, first, std::min(first + rows, all.queries), all.result<T>(out, head).from(first),
            softmax.defined() ? data<float>(softmax) + head * 2 * all.queries : nullptr, data<float>(scratch));
      }
    });
  });
  return out;
}

// The gradients of the call's tensors.
variable_list backward(const Tensor& given_grad, const AttentionCall& given, const Tensor& out, const Tensor& softmax) {
  const AttentionHeads all(given);
  const auto options = out.options().dtype(at::kFloat);
  const Tensor grad = given_grad.to(out.scalar_type()).contiguous();
  AttentionCall slopes = given;
  for (Tensor* tensor : {&slopes.query, &slopes.key, &slopes.value}) {
    if (!tensor->defined()) continue;
    *tensor = at::empty(tensor->sizes(), tensor->options());
    if (given.mask.defined()) tensor->zero_();  // keys that are left out
  }
  const int64_t width = all.width;
  const int64_t splits = std::min(divide_up(all.keys, key_rows), divide_up(wanted_tasks, all.count()));
  const int64_t step = divide_up(divide_up(all.keys, splits), 256) * 256;
  const int64_t dquery_size = all.queries * wide_row(width);
  const Tensor dquery = at::empty({splits == 1 ? 0 : all.count(), splits, dquery_size}, options);
  const Tensor sums_key = at::zeros({all.count() * splits, 2, width}, options);
  const Tensor sums_query = at::zeros({all.count(), 2, width}, options);
  all.with_element([&](auto type) {
    using T = decltype(type);
    const auto finish_query = [&](int64_t head, float* parts) {
      element_kernels<T>().attention_backward_query(all.head<T>(head), parts, splits, all.part<T>(slopes, head, 0),
                                                    data<float>(sums_query) + head * 2 * width);
    };
    parallel_for(all.count() * splits, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch =
          at::empty({dquery_size + cpu_kernels().attention_backward_scratch(all.queries, all.keys, width)}, options);
      for (int64_t task = begin; task < end; ++task) {
        const int64_t head = task / splits, count = all.keys_of(head);
        const int64_t first = std::min(task % splits * step, count);
        AttentionHead<T> current = all.head<T>(head);
        if (splits == 1 && all.is_fetched(head + 1)) {
          all.add_parts(current.ahead, slopes, head);
          all.add_parts(current.ahead, all.call, head + 1);
          current.ahead.add(all.result<const T>(out, head + 1), all.queries);
          current.ahead.add(all.result<const T>(grad, head + 1), all.queries);
        }
        float* const part = splits == 1 ? data<float>(scratch) : data<float>(dquery) + task * dquery_size;
        element_kernels<T>().attention_backward(
            current, first, std::min(first + step, count), all.result<const T>(out, head),
            all.result<const T>(grad, head), data<float>(softmax) + head * 2 * all.queries, part,
            all.part<T>(slopes, head, 1), all.part<T>(slopes, head, 2), data<float>(sums_key) + task * 2 * width,
            data<float>(scratch) + dquery_size);
        if (splits == 1) finish_query(head, part);
      }
    });
    if (splits == 1) return;
    parallel_for(all.count(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t head = begin; head < end; ++head) {
        finish_query(head, data<float>(dquery) + head * splits * dquery_size);
      }
    });
  });
  const auto total = [&](const Tensor& sums, int64_t which, const Tensor& like) {
    return like.defined() ? sums.sum(0)[which].to(like.scalar_type()) : like;
  };
  return {slopes.query,
          slopes.key,
          slopes.value,
          total(sums_query, 0, given.query_weight),
          total(sums_query, 1, given.query_bias),
          total(sums_key, 0, given.key_weight),
          total(sums_key, 1, given.key_bias)};
}

struct Attention : torch::autograd::Function<Attention> {
  using Other = optional<Tensor>;  // as which it may be undefined

  // The tensors are those of the call, where autograd sees them.
  static Tensor forward(AutogradContext* context, const AttentionCall& call, const Tensor& query, const Other&,
                        const Other&, const Other&, const Other&, const Other&, const Other&) {
    const Tensor softmax = at::empty({call.batch(), call.heads, 2, call.queries()}, query.options().dtype(at::kFloat));
    const Tensor out = dit::forward(call, softmax);
    variable_list saved = call.tensors();
    saved.insert(saved.end(), {call.mask, call.rotation, out, softmax});
    context->save_for_backward(saved);
    context->saved_data["heads"] = call.heads;
    context->saved_data["eps"] = call.eps;
    context->saved_data["scale"] = call.scale();
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    AttentionCall call{};
    call.set_tensors(saved);
    call.mask = saved[7];
    call.rotation = saved[8];
    call.heads = context->saved_data["heads"].toInt();
    call.eps = context->saved_data["eps"].toDouble();
    call.given_scale = context->saved_data["scale"].toDouble();
    variable_list all{Tensor()};  // none for the call itself
    const variable_list found = at::GradMode::is_enabled() ? differentiate(
                                                                 [&](const variable_list& tensors) {
                                                                   AttentionCall again = call;
                                                                   again.set_tensors(tensors);
                                                                   return compose(again);
                                                                 },
                                                                 call.tensors(), grads[0])
                                                           : dit::backward(grads[0], call, saved[9], saved[10]);
    all.insert(all.end(), found.begin(), found.end());
    return all;
  }
};

Tensor run(const AttentionCall& call) {
  check(call);
  if (!is_fast(call)) return compose(call);
  const variable_list tensors = call.tensors();
  bool records = false;
  for (const Tensor& tensor : tensors) records |= needs_grad({tensor});
  if (!records) {
    at::AutoDispatchBelowADInplaceOrView below;
    return forward(call, Tensor());
  }
  using Other = Attention::Other;
  return Attention::apply(call, call.query, Other(call.key), Other(call.value), Other(call.query_weight),
                          Other(call.query_bias), Other(call.key_weight), Other(call.key_bias));
}

}  // namespace

Tensor attention(const Tensor& query, int64_t heads, const optional<Tensor>& key, const optional<Tensor>& value,
                 const optional<Tensor>& mask, const optional<Tensor>& rotation, const optional<Tensor>& query_weight,
                 const optional<Tensor>& query_bias, const optional<Tensor>& key_weight,
                 const optional<Tensor>& key_bias, double eps, optional<double> scale) {
  const Tensor none;
  return run({query, key.value_or(none), value.value_or(none), query_weight.value_or(none), query_bias.value_or(none),
              key_weight.value_or(none), key_bias.value_or(none), mask.value_or(none), rotation.value_or(none), heads,
              eps, scale});
}

Tensor attention_autocast(const Tensor& query, int64_t heads, const optional<Tensor>& key,
                          const optional<Tensor>& value, const optional<Tensor>& mask, const optional<Tensor>& rotation,
                          const optional<Tensor>& query_weight, const optional<Tensor>& query_bias,
                          const optional<Tensor>& key_weight, const optional<Tensor>& key_bias, double eps,
                          optional<double> scale) {
  const WithoutAutocast guard;
  const auto type = autocast_type(query.device().type());
  const auto cast = [&](const optional<Tensor>& tensor) {
    return tensor ? optional<Tensor>(autocast_to(type, *tensor)) : tensor;
  };
  return attention(autocast_to(type, query), heads, cast(key), cast(value), mask, rotation, query_weight, query_bias,
                   key_weight, key_bias, eps, scale);
}

}  // namespace dit
